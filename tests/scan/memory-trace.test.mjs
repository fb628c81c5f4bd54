// Memory traces and dumps: what they hold, and that nothing that goes wrong with them harms a scan.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fixtures, hardLink, project, run, sanitized, scan, start, withoutStats } from "./helper.mjs";

const SUBSYSTEMS = ["paths", "realpath cache", "directory listings", "package data", "graph", "facts", "leases", "grammar parser", "report"];
const { root: przm, args } = fixtures.przm;

const lines = (file) => readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const document = (file) => JSON.parse(readFileSync(file, "utf8"));
/** Keeps a reader busy. */
const SLOW = 'f(a / b, "from", /x"/); { import_("y"); }\n'.repeat(sanitized ? 10_000 : 60_000);
const sum = (values) => Object.values(values).reduce((all, one) => all + one, 0);

function wide(t, count) {
  const files = { "node_modules/p/index.js": Array.from({ length: 30 }, (_, i) => `export * from './m${i}.js';`).join("\n") };
  for (let i = 0; i < 30; i++) files[`node_modules/p/m${i}.js`] = "";
  for (let i = 0; i < count; i++) files[`src/${"long-name-".repeat(8)}${i}.ts`] = `'use client'; import 'p'; import './gone${i}'`;
  return project(t, files);
}

// A tick each millisecond is more than a twentieth of a scan under a sanitizer.
const always = { env: { PROLOGUE_MEMORY_TRACKING: "always" } };

function checkMoment(line) {
  assert.match(line.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(Object.keys(line.ledger.subsystems), SUBSYSTEMS);
  assert.ok(line.resident > 0 && line.ledger.peak >= line.ledger.total);
  for (const key of ["paths", "folders", "listings", "packages", "facts"]) assert.ok(Number.isInteger(line.caches[key]), key);
  assert.ok(Array.isArray(line.window.why));
}

test("a trace: phases in order, ticks between them, what the report says at the end", (t) => {
  const trace = join(project(t), "trace.jsonl");
  const report = scan(przm, [...args, "--memory-trace", trace, "--memory-interval", "1", "--memory-attribution"], always);
  const [head, ...rest] = lines(trace);
  assert.deepEqual([head.type, head.version, head.limit, head.intervalMs, head.attribution], ["trace", 1, report.stats.memory.limit, 1, true]);
  const moments = rest.filter(({ type }) => type !== "off");
  moments.forEach(checkMoment);
  assert.deepEqual(
    rest.filter(({ type }) => type === "begin" || type === "end").map(({ type, phase }) => `${type} ${phase}`),
    ["start", "read", "report", "write"].flatMap((phase) => [`begin ${phase}`, `end ${phase}`]),
  );
  assert.ok(rest.some(({ type }) => type === "tick"));
  const end = rest.find(({ type, phase }) => type === "end" && phase === "report");
  for (const key of ["filesRead", "bytesRead", "readsJoined", "modules"]) assert.equal(end[key], report.stats[key], key);
  assert.equal(end.caches.listings, report.stats.directoriesListed);
  assert.ok(end.ledger.peak <= report.stats.memory.peak);
  assert.equal(end.ledger.total, sum(end.ledger.subsystems), "nothing is allocated then: the parts are the whole");
  const times = moments.filter(({ type }) => type === "tick").map(({ ms }) => ms);
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
});

test("attribution: every file and byte has one owner", (t) => {
  const trace = join(project(t), "trace.jsonl");
  const report = scan(przm, [...args, "--memory-trace", trace, "--memory-attribution"]);
  const { attribution, ledger } = lines(trace).find(({ type }) => type === "attribution");
  for (const rows of [attribution.packages, attribution.folders]) {
    assert.ok(rows.every(({ bytes, facts, graph, paths, "package data": data }) => bytes === facts + graph + paths + data));
    assert.equal(sum(rows.map(({ files }) => files)), report.stats.filesRead);
    for (const key of ["facts", "paths", "graph", "package data"]) {
      const bytes = sum(rows.map((row) => row[key]));
      assert.ok(bytes > 0.3 * ledger.subsystems[key] && bytes <= ledger.subsystems[key], `${key}: ${bytes} of ${ledger.subsystems[key]}`);
    }
    const own = rows.filter(({ path }) => path !== null).map(({ bytes }) => bytes);
    assert.deepEqual(own, [...own].sort((a, b) => b - a));
  }
  const names = attribution.packages.map(({ path }) => path);
  for (const name of ["node_modules/@mui/material", "node_modules/lucide-react", "."]) assert.ok(names.includes(name), name);
  const large = attribution.packages.find(({ path }) => path === "node_modules/date-fns");
  assert.ok(large["package data"] > 200_000, "its exports are many");
});

test("without attribution no owners are told", (t) => {
  const trace = join(project(t), "trace.jsonl");
  scan(wide(t, 5), ["--memory-trace", trace]);
  assert.deepEqual(lines(trace).filter(({ type }) => type === "attribution"), []);
});

test("8 MiB and 64 threads: the trace shows the window, and why it is small", (t) => {
  const trace = join(project(t), "trace.jsonl");
  scan(wide(t, 100), ["--memory-limit", "8MiB", "--threads", "64", "--memory-trace", trace, "--memory-interval", "1"], always);
  const { window, ledger } = lines(trace).findLast(({ type }) => type === "end");
  assert.equal(window.threadsAsked, 64);
  assert.ok(window.threads * window.buffer <= 1 << 20, "an eighth");
  assert.ok(window.bytes <= 4 << 20, "half");
  assert.ok(window.why.length > 0);
  assert.match(window.why.join("; "), /64 threads/);
  assert.ok(ledger.peak <= 8 << 20);
});

test("that the window is narrow is told only of moments while files are read", (t) => {
  const trace = join(project(t), "trace.jsonl");
  for (const [limit, phases] of [["256MiB", []], ["4MiB", ["read"]]]) {
    scan(przm, [...args, "--memory-limit", limit, "--threads", "2", "--memory-trace", trace]);
    const narrow = lines(trace).filter(({ window }) => window?.why.some((why) => why.includes("the rest is held")));
    assert.deepEqual([...new Set(narrow.map(({ phase }) => phase))], phases, limit);
  }
});

test("a dump at nine tenths of the limit, before the scan fails", (t) => {
  const dump = join(project(t), "dump.json");
  const report = scan(przm, [...args, "--memory-limit", "2MiB", "--threads", "2", "--memory-dump", dump, "--memory-attribution"], { status: 3 });
  const said = document(dump);
  assert.deepEqual([said.type, said.version, said.limit], ["dump", 1, 2 << 20]);
  assert.match(said.reason, /^(limit|refused)$/);
  checkMoment(said);
  assert.equal(said.mark, (2 << 20) - Math.floor((2 << 20) / 10));
  if (said.reason === "limit") assert.ok(said.ledgerAtMark.total > said.mark);
  assert.ok(said.filesRead > 0 && said.filesRead <= report.stats.filesRead);
  assert.equal(said.recentFiles.length, 100);
  assert.ok(said.recentFiles.every(({ path }) => path.startsWith("/") && path.length < 236));
  const { packages, barrels, attribution } = said.graph;
  assert.deepEqual([...packages].sort((a, b) => b.modules - a.modules), packages);
  assert.equal(sum(packages.map(({ modules }) => modules)), said.modules);
  assert.ok(packages.some(({ path }) => path === "node_modules/@mui/material"));
  assert.ok(barrels[0].exports > 100 && barrels.length === 20);
  assert.deepEqual([...barrels].sort((a, b) => b.exports - a.exports), barrels);
  assert.ok(attribution.packages.length >= 2);
});

test("a limit that is reached at once is dumped too", (t) => {
  const dump = join(project(t), "dump.json");
  scan(wide(t, 600), ["--memory-limit", "224KiB", "--threads", "1", "--memory-dump", dump], { status: 3 });
  assert.match(document(dump).phase, /start|read/);
});

test("with room to spare no dump is written", (t) => {
  const folder = project(t);
  scan(wide(t, 50), ["--memory-dump", join(folder, "dump.json")]);
  assert.deepEqual(readdirSync(folder), []);
});

test("the last five dumps are kept, the newest under the name given", (t) => {
  const folder = project(t);
  const file = join(folder, "d.json");
  const pids = [];
  for (let i = 0; i < 7; i++) {
    scan(przm, [...args, "--memory-limit", "2MiB", "--threads", "1", "--memory-dump", file], { status: 3 });
    pids.unshift(document(file).pid);
  }
  assert.deepEqual(readdirSync(folder).sort(), ["d.json", "d.json.1", "d.json.2", "d.json.3", "d.json.4"]);
  assert.deepEqual([file, ...[1, 2, 3, 4].map((i) => `${file}.${i}`)].map((name) => document(name).pid), pids.slice(0, 5));
});

test("what traces and dumps are written to changes nothing in the report", (t) => {
  const folder = project(t);
  const plain = run(["scan", przm, ...args, "--json"]);
  const tracked = run(["scan", przm, ...args, "--json", "--memory-trace", join(folder, "t"), "--memory-interval", "1", "--memory-dump", join(folder, "d"), "--memory-attribution"]);
  assert.equal(withoutStats(tracked.stdout), withoutStats(plain.stdout));
  assert.equal(tracked.status, plain.status);
});

test("a full disk, a folder, a file that cannot be made: said once, and the scan goes on", (t) => {
  const root = wide(t, 100);
  const folder = project(t, { taken: "" });
  mkdirSync(join(folder, "folder"));
  const places = ["/dev/full", join(folder, "folder"), join(folder, "gone/x"), join(folder, "taken/x")].filter((place) => place !== "/dev/full" || existsSync(place));
  const plain = run(["scan", root, "--json"]);
  for (const place of places) {
    const { status, stdout, stderr } = run(["scan", root, "--json", "--memory-trace", place, "--memory-interval", "1"]);
    assert.deepEqual([status, withoutStats(stdout)], [plain.status, withoutStats(plain.stdout)], place);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
    assert.ok(stderr.includes(place), stderr);
    const limited = run(["scan", przm, ...args, "--json", "--memory-limit", "2MiB", "--memory-dump", place]);
    assert.equal(limited.status, 3);
    JSON.parse(limited.stdout);
  }
  assert.deepEqual(readdirSync(folder).sort(), ["folder", "taken"]);
  assert.deepEqual(readdirSync(join(folder, "folder")), []);
});

test("a disk that fills up: ten failures blow the fuse, and what is in the file is whole", (t) => {
  const folder = project(t);
  const trace = join(folder, "trace.jsonl");
  const many = Array.from({ length: 40 }, (_, i) => `--entry=src/m${i}.js`);
  const files = { "src/m0.js": SLOW };
  for (let i = 1; i < 40; i++) files[`src/m${i}.js`] = hardLink("src/m0.js");
  const root = project(t, files);
  const { status, stderr } = run(["scan", root, ...many, "--threads", "1", "--memory-trace", trace, "--memory-interval", "1"], { wrap: ["bash", "-c", 'ulimit -f 2; "$@"', "bash"] });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /memory tracking switched itself off: .*trace\.jsonl: file too large \(10 failures\)/);
  const text = readFileSync(trace, "utf8");
  assert.ok(text.endsWith("\n") && text.length <= 2048);
  assert.ok(lines(trace).length >= 2);
});

test("PROLOGUE_MEMORY_TRACKING=off: no traces, no dumps, the limit all the same", (t) => {
  const folder = project(t);
  const report = scan(przm, [...args, "--memory-limit", "2MiB", "--memory-trace", join(folder, "t"), "--memory-dump", join(folder, "d"), "--memory-attribution"], {
    status: 3, env: { PROLOGUE_MEMORY_TRACKING: "off" },
  });
  assert.ok(report.stats.memory.peak <= 2 << 20);
  assert.deepEqual(readdirSync(folder), []);
});

/** A scan that takes a while, sent SIGUSR2 `times` once it reads: how it ended. */
async function signalled(t, options, times = 1, env = {}) {
  const files = { "src/m0.js": SLOW };
  for (let i = 1; i < 60; i++) files[`src/m${i}.js`] = hardLink("src/m0.js");
  const entries = Array.from({ length: 60 }, (_, i) => `--entry=src/m${i}.js`);
  const trace = join(project(t), "trace.jsonl");
  const tracing = env.PROLOGUE_MEMORY_TRACKING === "off" ? [] : ["--memory-trace", trace, "--memory-interval", "5"];
  const { child, exit } = start(["scan", project(t, files), ...entries, "--threads", "2", "--json", ...tracing, ...options], { env: { ...process.env, ...always.env, ...env } });
  while (tracing.length && (!existsSync(trace) || !readFileSync(trace, "utf8").includes('"tick"'))) await new Promise((done) => setTimeout(done, 2));
  if (!tracing.length) await new Promise((done) => setTimeout(done, 50));
  for (let i = 0; i < times; i++) {
    child.kill("SIGUSR2");
    await new Promise((done) => setTimeout(done, 10));
  }
  const { status, signal, stdout, stderr } = await exit;
  assert.deepEqual([status, signal], [0, null]);
  assert.equal(JSON.parse(stdout).complete, true);
  return stderr;
}

test("SIGUSR2 where no dump was asked for: said once, and the scan goes on", async (t) => {
  assert.equal(await signalled(t, [], 3), "prologue scan: no dump is written: --memory-dump FILE says where to\n");
  assert.equal(await signalled(t, ["--quiet"]), "");
  const dump = join(project(t), "dump.json");
  assert.equal(await signalled(t, ["--memory-dump", dump], 1, { PROLOGUE_MEMORY_TRACKING: "off" }), "");
  assert.ok(!existsSync(dump));
});

test("SIGUSR2: a dump of the scan under way, which goes on", async (t) => {
  const dump = join(project(t), "dump.json");
  assert.equal(await signalled(t, ["--memory-dump", dump]), "");
  const said = document(dump);
  assert.equal(said.reason, "request");
  assert.equal(said.ledgerAtMark, undefined);
  checkMoment(said);
});

test("wrong usage", (t) => {
  const root = project(t, { "src/a.ts": "" });
  for (const value of ["0", "x", "1.5", "60001", "-1"]) {
    const { status, stderr } = run(["scan", root, `--memory-interval=${value}`]);
    assert.equal(status, 2);
    assert.ok(stderr.includes(value), stderr);
  }
  assert.match(run(["scan", root, "--memory-trace", "x", "--memory-dump", "x"]).stderr, /both name 'x'/);
  writeFileSync(join(root, "t"), "");
  assert.match(run(["resolve", "x", "--from", join(root, "src/a.ts"), "--memory-trace", join(root, "t")]).stderr, /--memory-trace.*scan/);
});
