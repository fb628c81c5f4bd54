// What the memory bench makes of what it saw, and its page.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { growth, judged, outcomeOf, sessionOf, together } from "../../bench/memory/checks.mjs";
import { page } from "../../bench/memory/page.mjs";
import { MIB, endedIn, thinLogarithmic, untilPassed, watch } from "../../bench/memory/run.mjs";
import { scaleOf } from "../../bench/memory/scale.mjs";

const well = { exit: 0, died: false, passed: false, late: false, kernelPeak: 6 * MIB };
const expected = { limit: 8 * MIB, hard: 16 * MIB, modules: 3, client: 1 };
const reported = ({ stats = {}, ...more } = {}) =>
  JSON.stringify({ complete: true, clientFiles: ["a"], stats: { modules: 3, filesRead: 3, memory: { peak: 8 * MIB }, ...stats }, ...more });
const problemsOf = (said, output = reported()) => judged({ ...well, output, ...said }, expected).problems;

test("a run of ours: what must be, and each thing that may be wrong", () => {
  assert.deepEqual(problemsOf({}), []);
  assert.deepEqual(problemsOf({ exit: 1 }), []);
  assert.deepEqual(judged({ ...well, output: reported() }, { limit: 8 * MIB, hard: 16 * MIB }).problems, []);
  assert.deepEqual(problemsOf({}, reported({ complete: false })), ["not complete"]);
  assert.deepEqual(problemsOf({}, reported({ stats: { filesRead: 4 } })), ["4 files read for 3 modules"]);
  assert.deepEqual(problemsOf({}, reported({ stats: { modules: 2, filesRead: 2 } })), ["2 modules, not 3"]);
  assert.deepEqual(problemsOf({}, reported({ clientFiles: [] })), ["0 client files, not 1"]);
  assert.deepEqual(problemsOf({}, reported({ stats: { memory: { peak: 8 * MIB + 1 } } })), ["the ledger passed the limit"]);
  assert.deepEqual(problemsOf({ exit: 3 }), ["exit 3"]);
  assert.deepEqual(problemsOf({ passed: true, kernelPeak: 17 * MIB }), ["the kernel saw 17.0 MiB resident, above the hard limit of 16.0 MiB"]);
  assert.deepEqual(problemsOf({ died: true, exit: 137 }, ""), ["killed at its hard limit of 16.0 MiB", "no report"]);
  assert.deepEqual(problemsOf({}, reported().slice(0, 20)), ["no report"]);
});

test("what is wrong with several runs is said once", () => {
  assert.deepEqual(together([[], ["a"], ["b", "a"]]), ["a (2 of 3 runs)", "b (1 of 3 runs)"]);
  assert.deepEqual(together([[], []]), []);
  assert.equal(growth([10, 10, 10, 10, 12, 12]), 1.2);
});

test("a session: its limit, its modules and its growth", () => {
  const lines = (sizes, modules = 3) => sizes.map((resident) => `${JSON.stringify({ modules, resident })}\n`).join("");
  const of = (said, output) => sessionOf({ ...well, output, ...said }, { hard: 16 * MIB, modules: 3 }).problems;
  assert.deepEqual(of({}, lines([5, 6, 7, 7, 7, 7, 7, 7])), []);
  assert.deepEqual(of({}, lines([5, 6, 7, 7, 7, 8, 8, 8])), ["a session grew by 1.143"]);
  assert.deepEqual(of({}, lines([7, 7, 7], 2)), ["in a session: 2 modules, not 3"]);
  assert.deepEqual(of({ exit: 1 }, ""), ["in a session: exit 1", "in a session: nothing was told"]);
  assert.deepEqual(of({ passed: true }, lines([7])), ["in a session: the kernel saw 6.0 MiB resident, above the hard limit of 16.0 MiB"]);
});

test("how a tool ended", () => {
  assert.equal(outcomeOf(well, 60), "lives");
  assert.equal(outcomeOf({ ...well, exit: 1 }, 60), "fails: exit 1");
  assert.equal(outcomeOf({ ...well, exit: 1 }, 60, 1), "lives");
  assert.equal(outcomeOf({ ...well, exit: 137, late: true }, 60), "not done after 60 s");
  assert.equal(outcomeOf({ ...well, exit: 137, died: true }, 60), "killed");
  assert.equal(outcomeOf({ ...well, passed: true }, 60), "passes the limit between two samples");
});

test("what is drawn loses no peak, and ends where the limit did", () => {
  const samples = Array.from({ length: 5000 }, (_, i) => [(i + 1) * 2, i === 4321 ? 99 : i % 7]);
  const drawn = thinLogarithmic(samples, 100);
  assert.ok(drawn.length < 400 && drawn[0][0] === 2);
  assert.ok(drawn.some(([ms, bytes]) => ms === 4322 * 2 && bytes === 99));
  assert.ok(drawn.every(([ms], i) => i === 0 || ms > drawn[i - 1][0]));
  assert.deepEqual(untilPassed([[2, 1], [4, 9], [6, 3]], 8), [[2, 1], [4, 9]]);
  assert.deepEqual(untilPassed([[2, 1], [4, 8]], 8), [[2, 1], [4, 8]]);
});

test("a process above its limit is killed where it is seen, and told of where the kernel alone saw it", () => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), "prologue-memory-test-"));
  const run = (limit, every, script) => watch([process.execPath, "-e", script], { limit, every, scratch, output: true });
  const held = "const held = Buffer.alloc(150 << 20, 1); console.log(held.length);";
  try {
    const unseen = run(150 * MIB, 20_000, held); // not one sample
    assert.ok(unseen.kernelPeak > 150 * MIB);
    if (unseen.keeper === "sampling") assert.equal(outcomeOf(unseen, 0), "passes the limit between two samples");
    else assert.equal(unseen.died, true);
    const seen = run(150 * MIB, 2, `${held} setTimeout(() => held, 20_000);`);
    assert.deepEqual([seen.died, seen.passed], [true, false]);
    assert.ok(seen.wallMs < 20_000);
    if (seen.keeper === "sampling") assert.ok(seen.curve.at(-1)[1] > 150 * MIB);
    const alive = run(1024 * MIB, 2, held);
    assert.equal(outcomeOf(alive, 0), "lives");
    assert.equal(alive.output.trim(), String(150 * MIB));
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test("a tool whose helper the kernel ended in a cgroup was killed, whatever its own exit status", () => {
  const group = mkdtempSync(path.join(os.tmpdir(), "prologue-memory-test-"));
  try {
    assert.equal(endedIn(group), false);
    writeFileSync(path.join(group, "memory.events"), "low 0\nhigh 0\nmax 7\noom 1\noom_kill 0\noom_group_kill 0\n");
    assert.equal(endedIn(group), false);
    writeFileSync(path.join(group, "memory.events"), "low 0\nhigh 0\nmax 7\noom 1\noom_kill 12\noom_group_kill 0\n");
    assert.equal(endedIn(group), true);
  } finally {
    rmSync(group, { recursive: true });
  }
});

const scaled = (modules, { cpuMs, floorMs, ms }) => ({
  id: `modules-${modules}`, what: `${modules} modules`, scale: true, peers: [], session: {}, trace: {},
  ours: {
    modules, limit: 16 * MIB, pathText: 50 * modules, memory: { peak: 250 * modules, subsystems: { graph: { peak: 200 * modules } } },
    samples: [{ peak: 300 * modules, ms, cpuMs }], floor: [{ cpuMs: floorMs }], problems: [], growth: 1,
  },
});

test("scale is judged by processor time, whatever the clock says, and the floor stands beside it", () => {
  const of = (cpuMs) => scaleOf([scaled(1000, { cpuMs: 10, floorMs: 5, ms: 900 }), scaled(10_000, { cpuMs, floorMs: 70, ms: 50 })]);
  const goal = (cpuMs) => of(cpuMs).goals[1];
  assert.deepEqual(goal(130), { what: "processor time for each module at 10,000 / 1,000", limit: 1.3, measured: 1.3, met: true, beside: "the floor's own: 1.40" });
  assert.equal(goal(140).met, false);
  assert.deepEqual(of(140).points.map(({ cpuUs, floorCpuUs, us }) => [cpuUs, floorCpuUs, us]), [[10, 5, 900], [14, 7, 5]]);
  assert.deepEqual(scaleOf([scaled(1000, { cpuMs: 1, floorMs: 1, ms: 1 })]).goals, []);
});

const tool = (who, outcome, curve) => ({ who, hard: 512 * MIB, peak: curve.at(-1)[1], ms: curve.at(-1)[0], outcome, curve });
const drawn = (id, what) => ({
  id, what, session: { growth: 1 },
  ours: { limit: 8 * MIB, keeper: "sampling", modules: 3, samples: [{ peak: 5 * MIB, ms: 9, cpuMs: 9 }], floor: [], growth: 1, problems: [] },
  trace: { limit: 8 * MIB, phases: [], moments: [{ ms: 3, resident: 4 * MIB, ledger: MIB }, { ms: 8, resident: 5 * MIB, ledger: 2 * MIB }] },
  beside: tool("prologue", "lives", [[2, 3 * MIB], [8, 5 * MIB]]),
  peers: [tool("rwsdk", "killed; left alone: not done after 60 s", [[2, 20 * MIB], [4000, 520 * MIB]]), tool("rolldown", "lives", [[2, 20 * MIB], [900, 200 * MIB], [905, 0]])],
});

test("the page: both scenarios' curves, who died, and what is missed", () => {
  const results = [drawn("przm", "the przm application"), drawn("lucide", "lucide alone"), scaled(1000, { cpuMs: 10, floorMs: 5, ms: 9 }), scaled(10_000, { cpuMs: 140, floorMs: 70, ms: 50 })];
  const host = { cores: 1, cpu: "", kernel: "", node: "", load: 0 };
  const text = page({ host, date: "", hard: 512 * MIB, results, scale: scaleOf(results) });
  for (const what of ["the przm application", "lucide alone"]) {
    const at = text.indexOf(`aria-label="Resident set over time: ${what}"`);
    assert.ok(at > 0, what);
    const svg = text.slice(at, text.indexOf("</svg>", at));
    for (const label of ["prologue: done in 0.01 s", "rwsdk: killed, 4.0 s", "rolldown: done in 0.9", "hard limit, 512 MiB", "prologue's own limit, 8.0 MiB", "its ledger"]) assert.ok(svg.includes(label), `${what}: ${label}`);
    assert.equal(svg.split('aria-label="line"').length - 1, 2, "the tools, and the ledger");
    const crosses = /aria-label="dot"[^>]*>(.*?)<\/g>/s.exec(svg)?.[1].match(/<path [^>]*>/g) ?? [];
    assert.equal(crosses.length, 1, "one died");
    assert.ok(crosses[0].includes('stroke="#d6477f"'), crosses[0]);
  }
  assert.ok(text.includes("<b>1.40</b>, at most 1.3 ✗ (the floor's own: 1.40)"));
  assert.ok(!/NaN|undefined|Infinity/.test(text));
});
