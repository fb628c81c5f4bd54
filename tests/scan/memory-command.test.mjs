// `prologue memory`: what it says of traces and dumps, and of files that are none.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fixtures, project, run, scan } from "./helper.mjs";

const { root: przm, args } = fixtures.przm;
const MIB = 1 << 20;

/** A trace of our own making: [type, phase, ms, resident, {subsystem: bytes}, peak]. */
const moment = ([type, phase, ms, resident, subsystems, peak]) => {
  const total = Object.values(subsystems).reduce((sum, one) => sum + one, 0);
  return { type, time: "2026-01-01T00:00:00.000Z", ms, phase, resident, ledger: { total, peak: peak ?? total, subsystems }, scan: 1, filesRead: Math.floor(ms) };
};
const head = { type: "trace", version: 1, tool: "prologue 0.1.0", limit: 16 * MIB, intervalMs: 1, attribution: true };
const packages = (rows) => Object.entries(rows).map(([path, bytes]) => ({ path: path === "others" ? null : path, files: 1, bytes, facts: bytes, graph: 0, paths: 0 }));
const attribution = (rows) => ({ ...moment(["attribution", "report", 20, 9 * MIB, { facts: 4 * MIB, graph: MIB }]), attribution: { packages: packages(rows), folders: packages(rows) } });
const text = (lines) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
const trace = (facts, rows, more = []) => text([
  head,
  ...[
    ["begin", "start", 1, 2 * MIB, { facts: 0, graph: 0 }],
    ["end", "start", 3, 3 * MIB, { facts: MIB, graph: 0 }],
    ["begin", "read", 3, 3 * MIB, { facts: MIB, graph: 0 }],
    ["tick", "read", 10, 7 * MIB, { facts, graph: MIB }],
    ["end", "read", 20, 9 * MIB, { facts: 2 * MIB, graph: MIB }, 6 * MIB + facts],
  ].map(moment),
  attribution(rows),
  ...more,
]);

const memory = (list, options) => run(["memory", ...list], options);
const json = (list) => {
  const { status, stdout, stderr } = memory([...list, "--json"]);
  assert.deepEqual([status, stderr], [0, ""]);
  return JSON.parse(stdout);
};

test("summary: the peak of each subsystem, when, and whose it is", (t) => {
  const file = join(project(t, { "t.jsonl": trace(4 * MIB, { react: MIB, others: 5 }) }), "t.jsonl");
  const [{ peak, resident, subsystems, ticks, elapsedMs, packages: owners, limit, type }] = json(["summary", file]);
  assert.deepEqual([type, limit, ticks, elapsedMs], ["trace", 16 * MIB, 1, 19]);
  assert.deepEqual(peak, { bytes: 10 * MIB, ms: 20, phase: "read" }, "between two ticks");
  assert.deepEqual(resident, { bytes: 9 * MIB, ms: 20, phase: "read" });
  assert.deepEqual(subsystems.facts, { atTop: 4 * MIB, peak: { bytes: 4 * MIB, ms: 10, phase: "read" } });
  assert.deepEqual(owners.map(({ path, bytes }) => [path, bytes]), [["react", MIB], [null, 5]]);
  const { stdout } = memory(["summary", file]);
  assert.match(stdout, /ledger, at most +10\.0 MiB +by 19 ms, in read \(62\.5 % of the limit\)/);
  assert.match(stdout, /facts +4\.0 MiB +4\.0 MiB +9\.0 ms +read/);
  assert.match(stdout, /react +1\.0 MiB/);
  assert.match(stdout, /all others +5 bytes/);
});

test("summary: the window while files were read, where it was narrowest", (t) => {
  const at = (type, phase, ms, bytes, why) => ({ ...moment([type, phase, ms, MIB, { facts: MIB }]), window: { bytes, buffer: 16384, threads: 2, threadsAsked: 4, why } });
  const moments = [at("end", "start", 1, 0, ["before"]), at("begin", "read", 2, 8 * MIB, ["wide"]), at("tick", "read", 3, 2 * MIB, ["narrow"]), at("tick", "read", 4, 2 * MIB, ["narrow later"]), at("end", "read", 5, 4 * MIB, ["wider"]), at("end", "report", 6, 0, ["after"])];
  const folder = project(t, { t: text([head, ...moments]), none: text([head, moments[0], moments[5]]) });
  const [{ window }] = json(["summary", join(folder, "t")]);
  assert.deepEqual(window, moments[3].window);
  assert.match(memory(["summary", join(folder, "t")]).stdout, /\n {2}2 of 4 threads, buffers of 16\.0 KiB, a window of 2\.0 MiB\n {4}narrow later\n$/);
  assert.deepEqual(json(["summary", join(folder, "none")])[0].window.why, ["after"]);
  const file = join(folder, "przm");
  scan(przm, [...args, "--memory-trace", file]);
  const [of] = json(["summary", file]);
  assert.deepEqual([of.window.bytes, of.window.why], [of.limit / 2, []]);
});

test("summary: how much of the ledger belongs to packages, and how much to nobody", (t) => {
  const line = { ...moment(["attribution", "report", 20, 9 * MIB, { facts: 4 * MIB, "package data": 3 * MIB, leases: MIB }]), attribution: { folders: [], packages: [{ path: "a", files: 1, bytes: 5 * MIB, facts: 3 * MIB, "package data": 2 * MIB }, { path: null, files: 1, bytes: MIB / 2, facts: MIB / 2 }] } };
  const folder = project(t, { t: text([head, moment(["begin", "read", 0, MIB, { facts: 0 }]), line, moment(["end", "report", 30, MIB, { facts: 9 * MIB }])]), plain: trace(1, {}) });
  const [{ attribution: whole }] = json(["summary", join(folder, "t")]);
  assert.deepEqual(whole, {
    ms: 20, held: 8 * MIB, attributed: 5.5 * MIB,
    subsystems: { facts: { held: 4 * MIB, attributed: 3.5 * MIB }, "package data": { held: 3 * MIB, attributed: 2 * MIB }, leases: { held: MIB, attributed: 0 } },
  });
  const { stdout } = memory(["summary", join(folder, "t")]);
  assert.match(stdout, /5\.5 MiB of the 8\.0 MiB that the ledger held belong to packages, by 20 ms/);
  assert.match(stdout, /package data +3\.0 MiB +2\.0 MiB +1\.0 MiB\n/);
  assert.match(stdout, /leases +1\.0 MiB +0 bytes +1\.0 MiB\n/);
  assert.match(stdout, /\n {2}to nobody: what the threads read with/);
  const [file, dump] = [join(folder, "przm"), join(folder, "dump")];
  scan(przm, [...args, "--memory-trace", file, "--memory-attribution"]);
  const [{ attribution: ours }] = json(["summary", file]);
  assert.equal(Object.values(ours.subsystems).reduce((sum, { attributed }) => sum + attributed, 0), ours.attributed);
  for (const [name, { held, attributed }] of Object.entries(ours.subsystems)) assert.ok(attributed <= held, name);
  assert.ok(ours.attributed > ours.held / 3);
  scan(przm, [...args, "--memory-dump", dump, "--memory-limit", "2MiB"], { status: 3 });
  assert.equal(json(["summary", dump])[0].attribution, null);
  assert.doesNotMatch(memory(["summary", dump]).stdout, /to nobody/);
});

test("phases: the largest jump, peaks between ticks included", (t) => {
  const file = join(project(t, { "t.jsonl": trace(4 * MIB, {}) }), "t.jsonl");
  const [{ phases, largestJump }] = json(["phases", file]);
  assert.equal(largestJump, "read");
  assert.deepEqual(phases.map(({ phase, jump, from, most, to, grewMost, grewBy }) => [phase, jump, from, most, to, grewMost, grewBy]), [
    ["start", MIB, 0, MIB, MIB, "facts", MIB],
    ["read", 9 * MIB, MIB, 10 * MIB, 3 * MIB, "facts", MIB],
  ]);
  assert.match(memory(["phases", file]).stdout, /the largest jump: read, 9\.0 MiB, from 2\.0 ms on/);
});

test("diff: what grew, by subsystem and by package", (t) => {
  const folder = project(t, { a: trace(4 * MIB, { react: MIB, gone: 100, others: 5 }), b: trace(6 * MIB, { react: 3 * MIB, came: 7, others: 5 }) });
  const { peak, subsystems, packages: owners, unit } = json(["diff", join(folder, "a"), join(folder, "b")]);
  assert.deepEqual(peak, { name: "peak", before: 10 * MIB, after: 12 * MIB, change: 2 * MIB });
  assert.deepEqual(subsystems.map(({ name, change }) => [name, change]), [["facts", 2 * MIB], ["graph", 0]]);
  assert.equal(unit, "bytes");
  assert.deepEqual(owners.map(({ name, change }) => [name, change]), [["react", 2 * MIB], ["came", 7], ["gone", -100], [null, 0]]);
  const { stdout } = memory(["diff", join(folder, "a"), join(folder, "b")]);
  assert.match(stdout, /facts +4\.0 MiB +6\.0 MiB +\+2\.0 MiB/);
  assert.match(stdout, /gone +100 bytes +0 bytes +-100 bytes/);
});

test("what scans write is read: a trace and a dump", (t) => {
  const folder = project(t);
  const [file, dump] = [join(folder, "t"), join(folder, "d")];
  const report = scan(przm, [...args, "--memory-trace", file, "--memory-attribution"]);
  const [summary] = json(["summary", file]);
  assert.equal(summary.limit, report.stats.memory.limit);
  assert.ok(summary.peak.bytes <= report.stats.memory.peak && summary.peak.bytes > 0.9 * report.stats.memory.peak);
  assert.deepEqual(Object.keys(summary.subsystems), Object.keys(report.stats.memory.subsystems));
  const [{ phases }] = json(["phases", file]);
  assert.deepEqual(phases.map(({ phase }) => phase), ["start", "read", "report", "write"]);
  scan(przm, [...args, "--memory-limit", "2MiB", "--memory-dump", dump, "--memory-attribution"], { status: 3 });
  const [of] = json(["summary", dump]);
  assert.equal(of.type, "dump");
  assert.ok(of.barrels.length && of.recentFiles.length && of.packages.length);
  const { stdout } = memory(["summary", dump]);
  for (const word of ["nine tenths|the limit refused", "barrels, by re-exports", "lucide-react", "files read last"]) assert.match(stdout, new RegExp(word));
  assert.match(memory(["diff", dump, file]).stdout, /node_modules\/lodash-es/);
  assert.match(memory(["phases", dump]).stdout, /a dump is one moment/);
  scan(przm, [...args, "--memory-limit", "2MiB", "--memory-dump", dump], { status: 3 });
  assert.match(memory(["summary", dump]).stdout, /package +modules/);
  assert.match(memory(["diff", dump, file]).stdout, /packages cannot be compared/);
});

/** Well-formed, as far as what we write goes; the elements by name. */
function elements(svg) {
  const open = [], seen = {};
  for (const [, close, name, rest, empty] of svg.matchAll(/<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    if (close) assert.equal(open.pop(), name);
    else {
      (seen[name] ??= []).push(rest);
      if (!empty) open.push(name);
    }
  }
  assert.deepEqual(open, []);
  assert.equal(svg.replace(/<[^<>]*>/g, "").includes("<"), false);
  assert.doesNotMatch(svg, /nan|inf\b/i);
  return seen;
}

test("--svg: a picture with axes, phases, a legend, for light and dark", (t) => {
  const folder = project(t, { "a&<b>.jsonl": trace(4 * MIB, {}), b: trace(6 * MIB, {}) });
  const [a, b, svg] = [join(folder, "a&<b>.jsonl"), join(folder, "b"), join(folder, "x.svg")];
  assert.equal(memory(["summary", a, "--svg", svg]).status, 0);
  const one = readFileSync(svg, "utf8"), seen = elements(one);
  assert.match(one, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.match(one, /@media \(prefers-color-scheme: dark\)/);
  assert.ok(one.includes("a&#38;&#60;b&#62;.jsonl"));
  assert.equal(seen.polygon.length, 2);
  assert.equal(seen.polyline.length, 2);
  for (const word of [">start<", ">read<", ">facts<", ">graph<", ">resident set<", ">limit<", ">4.0 MiB<", ">10 ms<", ">time since the trace began<"]) assert.ok(one.includes(word), word);
  assert.equal(memory(["diff", a, b, "--svg", svg]).status, 0);
  const two = readFileSync(svg, "utf8");
  assert.equal(elements(two).polyline.length, 4);
  const limits = (text) => elements(text).line.filter((rest) => rest.includes('class="limit')).map((rest) => rest.replace(/.*y1="([\d.]+)".*class="([^"]*)"/, "$2 at $1"));
  assert.deepEqual(limits(two).map((one) => one.replace(/ at .*/, "")), ["limit", "limit"], "drawn, and in the legend");
  const other = join(folder, "other");
  for (const [limit, drawn] of [[12, ["limit s0", "limit s2", "limit s0", "limit s2"]], [64, ["limit s0", "limit s0"]]]) {
    writeFileSync(other, readFileSync(b, "utf8").replace(`"limit":${16 * MIB}`, `"limit":${limit * MIB}`));
    assert.equal(memory(["diff", a, other, "--svg", svg]).status, 0);
    const picture = readFileSync(svg, "utf8");
    assert.deepEqual(limits(picture).map((one) => one.replace(/ at .*/, "")), drawn, `${limit} MiB`);
    assert.equal(limits(picture).filter((one) => !one.endsWith(" at 0")).length, drawn.length / 2);
    assert.ok(picture.includes(`>${limit}.0 MiB<`) && picture.includes(">16.0 MiB<"));
    assert.equal(picture.includes(">limit (above)<"), limit === 64);
  }
  const flat = join(folder, "flat");
  writeFileSync(flat, text([head, moment(["tick", "read", 0, 0, { facts: 0 }])]));
  assert.equal(memory(["summary", flat, "--svg", svg]).status, 0);
  elements(readFileSync(svg, "utf8"));
});

test("a long trace is thinned out, and its peak is kept", (t) => {
  const lines = [JSON.stringify(head)];
  for (let i = 0; i < 70_000; i++) lines.push(JSON.stringify(moment(["tick", "read", i, MIB, { facts: i === 43_211 ? 9 * MIB : i }])));
  const folder = project(t, { t: `${lines.join("\n")}\n` });
  const [{ ticks, peak, elapsedMs }] = json(["summary", join(folder, "t"), "--svg", join(folder, "svg")]);
  assert.deepEqual([ticks, elapsedMs, peak], [70_000, 69_999, { bytes: 9 * MIB, ms: 43_211, phase: "read" }]);
  const points = elements(readFileSync(join(folder, "svg"), "utf8")).polyline[0].split(" ");
  assert.ok(points.length < 400);
  const heights = points.filter(Boolean).map((point) => Number(point.split(",")[1]));
  assert.ok(heights.filter((y) => y < 300).length === 1, "the peak is drawn");
});

test("a line that is cut off at the end is told of, and those before it count", (t) => {
  const whole = trace(4 * MIB, {});
  const file = join(project(t, { t: whole + whole.slice(0, 40).trim() }), "t");
  const { status, stdout, stderr } = memory(["summary", file]);
  assert.equal(status, 0);
  assert.equal(stderr, `prologue memory: ${file}:8: the line is cut off; those before it count\n`);
  assert.match(stdout, /a trace with a limit of 16\.0 MiB, cut off/);
});

test("a trace that ends within a phase", (t) => {
  const file = join(project(t, { t: text([head, moment(["begin", "read", 1, MIB, { facts: 0 }]), moment(["tick", "read", 5, MIB, { facts: 77 }])]) }), "t");
  assert.deepEqual(json(["phases", file])[0].phases.map(({ phase, jump, elapsedMs }) => [phase, jump, elapsedMs]), [["read", 77, 4]]);
});

test("files that are none: which line, and what is wrong with it", (t) => {
  const good = moment(["tick", "read", 1, MIB, { facts: 1 }]);
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`s${i}`, 1]));
  const cases = {
    empty: ["", /empty: holds no moment/],
    blank: ["\n \n\r\n", /blank: holds no moment/],
    other: ['{"a": 1}\n', /other:1: .*no 'type'/],
    array: ["[1]\n", /array:1: .*no 'type'/],
    binary: [Buffer.from([0, 1, 2, 255, 10]), /binary:1: no JSON/],
    nul: [`${JSON.stringify(head)}\n{"type":"ti\u0000ck"}\n`, /nul:2: no JSON/],
    deep: [`${"[".repeat(1e5)}\n`, /deep:1: no JSON/],
    version: [text([{ ...head, version: 2 }]), /version:1: version 2 is not known/],
    negative: [text([head, { ...good, resident: -1 }]), /negative:2: 'resident' is not a whole number/],
    real: [text([head, { ...good, resident: 1.5 }]), /real:2: 'resident'/],
    huge: [text([head]) + JSON.stringify(good).replace(/"resident":\d+/, '"resident":99999999999999999999') + "\n", /huge:2: no JSON/],
    late: [text([head]) + JSON.stringify(good).replace('"ms":1', '"ms":1e308') + "\n", /late:2: 'ms'/],
    clock: [text([head, { ...good, ms: "1" }]), /clock:2: 'ms'/],
    phase: [text([head, { ...good, phase: "x".repeat(60) }]), /phase:2: 'phase'/],
    phases: [text([head, ...Array.from({ length: 20 }, (_, i) => ({ ...good, phase: `p${i}` }))]), /phases:18: more than 16 phases/],
    ledger: [text([head, { ...good, ledger: 5 }]), /ledger:2: 'ledger' is not an object/],
    parts: [text([head, { ...good, ledger: { ...good.ledger, subsystems: many } }]), /parts:2: more than 16 subsystems/],
    part: [text([head, { ...good, ledger: { ...good.ledger, subsystems: { facts: "1" } } }]), /part:2: 'facts'/],
    owners: [text([head, { ...good, type: "attribution", attribution: { packages: [5], folders: [] } }]), /owners:2: the 'path' of an owner/],
    rows: [text([head, { ...good, type: "attribution", attribution: 7 }]), /rows:2: the owners are not an array/],
    twice: [`${JSON.stringify(head)}\n{"type":"tick","type":"tick"}\n`, /twice:2: no JSON: duplicate/],
    long: [`"${"x".repeat(17 << 20)}`, /long:1: the line is longer than 16 MiB/],
    half: [text([{ ...good, ...head, type: "dump", reason: "limit" }]).slice(0, 200), /half:1: the line is cut off[^]*half: holds no moment/],
  };
  const folder = project(t, Object.fromEntries(Object.entries(cases).map(([name, [content]]) => [name, content])));
  mkdirSync(join(folder, "folder"));
  for (const action of ["summary", "phases"])
    for (const [name, pattern] of [...Object.entries(cases).map(([key, [, value]]) => [key, value]), ["gone", /gone: No such file/], ["folder", /folder: Is a directory/]]) {
      const { status, stdout, stderr } = memory([action, join(folder, name), "--svg", join(folder, "svg")]);
      assert.deepEqual([status, stdout], [1, ""], name);
      assert.match(stderr, pattern, name);
    }
  assert.ok(!existsSync(join(folder, "svg")));
});

test("odd values in the right places do no harm", (t) => {
  const odd = { ...moment(["tick", "\u001b[31m", 0, 2 ** 52, { "": 2 ** 52, "<&\u0007": 1 }]), window: { why: [1, "\u001b[0m", null], threads: -5 } };
  const rows = [{ path: "\u001b]0;x\u0007\u202e", bytes: 2 ** 52, files: "many" }, { path: null, bytes: 0 }];
  const dump = { ...odd, ...head, type: "dump", reason: 5, inFlight: 7, recentFiles: [{ path: 5 }, null], graph: { packages: 1, barrels: {}, attribution: { packages: rows, folders: [] } } };
  const folder = project(t, { t: text([head, odd, { ...odd, type: "unheard-of" }, { ...odd, type: "end" }, { ...odd, type: "attribution", attribution: { packages: rows, folders: rows } }]), d: text([dump]) });
  for (const list of [["summary", "t"], ["summary", "d"], ["phases", "t"], ["diff", "t", "d"], ["diff", "d", "t"], ["summary", "t", "d"]]) {
    for (const how of [[], ["--json"]]) {
      const { status, stdout, stderr } = memory([list[0], ...list.slice(1).map((name) => join(folder, name)), ...how]);
      assert.deepEqual([status, stderr], [0, ""], list.join(" "));
      if (how.length) JSON.parse(stdout);
      else assert.doesNotMatch(stdout, /[\u001b\u0007\u202e]/);
    }
  }
  assert.equal(memory(["summary", join(folder, "t"), "--svg", join(folder, "svg")]).status, 0);
  elements(readFileSync(join(folder, "svg"), "utf8"));
});

test("wrong usage, and pictures of what has none", (t) => {
  const folder = project(t, { t: trace(1, {}), d: text([{ ...moment(["tick", "read", 1, 1, {}]), ...head, type: "dump" }]) });
  const [file, dump] = [join(folder, "t"), join(folder, "d")];
  for (const [list, pattern] of [
    [[], /summary, diff or phases/], [["sumary"], /did you mean summary/], [["summary"], /FILE is missing/], [["diff", file], /two FILEs/], [["diff", file, file, file], /two FILEs/],
    [["summary", file, file, "--svg", "x"], /--svg draws one/], [["summary", file, "--edges"], /--edges/], [["summary", file, "--memory-limit", "1"], /--memory-limit/],
  ]) {
    const { status, stderr } = memory(list);
    assert.equal(status, 2, list.join(" "));
    assert.match(stderr, pattern);
  }
  const { status, stderr } = memory(["summary", dump, "--svg", join(folder, "svg")]);
  assert.equal(status, 1);
  assert.match(stderr, /is a dump/);
  assert.equal(memory(["summary", file, "--svg", "/dev/full"]).status, 1);
  assert.equal(memory(["summary", file], { wrap: ["bash", "-c", '"$@" >/dev/full', "bash"] }).status, 1);
});
