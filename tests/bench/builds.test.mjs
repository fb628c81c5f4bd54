// What the builds' bench makes of what a build told and of what was seen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOf, gathered, middleRun, phaseNames, phasesOf, readMarks, summaryOf, timed } from "../../bench/builds/phases.mjs";

const MIB = 1 << 20;
const startedAt = "2026-11-21T12:00:00.000Z";
const at = (seconds) => `2026-11-21T12:00:0${seconds}.000Z`;
const marks = [
  { at: at(1), begin: "scan" },
  { at: at(2), facts: { clientFiles: 3, serverFiles: 1 } },
  { at: at(2), begin: "worker" },
  { at: at(2), begin: "nobody looked" },
  { at: at(2), begin: "end" },
];
const samples = [[10, 5 * MIB], [900, 20 * MIB], [1000, 30 * MIB], [1500, 90 * MIB], [2400, 70 * MIB], [3000, 0]];

test("a phase ends where the next one begins, and has the peak of its time", () => {
  const phases = phasesOf({ startedAt, wallMs: 3001, marks, samples });
  assert.deepEqual(phases.map(({ phase, ms, tookMs, peak }) => [phase, ms, tookMs, peak / MIB]), [
    ["start", 0, 1000, 20],
    ["scan", 1000, 1000, 90],
    ["worker", 2000, 0, 90], // what was seen last before
    ["nobody looked", 2000, 0, 90],
    ["end", 2000, 1001, 70],
  ]);
  assert.equal(phases[1].at, at(1));
  assert.equal(phases[1].peakAt, "2026-11-21T12:00:01.500Z");
});

test("a build that told nothing is one phase, and one that nobody saw has no peak", () => {
  const [start, ...others] = phasesOf({ startedAt, wallMs: 3, marks: [], samples: [] });
  assert.deepEqual(others, []);
  assert.deepEqual([start.phase, start.tookMs, start.peak, start.peakAt], ["start", 3, undefined, undefined]);
});

test("a mark that is cut off ends what was told", () => {
  const lines = marks.map((mark) => JSON.stringify(mark));
  const told = readMarks(`${lines.join("\n")}\n{"at":"2026-1`);
  assert.deepEqual(told, marks);
  assert.deepEqual(factsOf(told), { clientFiles: 3, serverFiles: 1 });
  assert.deepEqual(readMarks(""), []);
});

test("samples get the time of day", () => {
  assert.deepEqual(timed(startedAt, [[0, 1], [1234.56, 2]]), [[startedAt, 1], ["2026-11-21T12:00:01.234Z", 2]]);
});

const run = (peak, { exit = 0, died = false, facts = { clientFiles: 1 }, written = { names: "a", contents: "b" } } = {}) => ({
  startedAt, wallMs: peak * 10, peak, exit, died, facts, written: exit === 0 ? written : undefined, peakIn: "scan",
  phases: [{ phase: "start", tookMs: 1, peak: 1 }, { phase: "scan", tookMs: peak, peak }, ...(died ? [] : [{ phase: "end", tookMs: 2, peak: 2 }])],
});

test("several runs: the least, the middle one and the most, in all and by phase", () => {
  const runs = [run(30), run(10), run(20, { exit: 137, died: true })];
  const summary = summaryOf(runs);
  assert.deepEqual([summary.runs, summary.died, summary.peakIn], [3, 1, "scan"]);
  assert.deepEqual(summary.peak, { min: 10, median: 20, max: 30 });
  assert.deepEqual(summary.phases.map(({ phase, peak }) => [phase, peak.median]), [["start", 1], ["scan", 20], ["end", 2]]);
  assert.equal(middleRun(runs), runs[2]);
  assert.equal(middleRun([run(4), run(3)]).peak, 3);
});

test("the phases of all of them are shown, also where one did not come to the last", () => {
  const { results } = gathered({ rwsdk: [run(1, { died: true })], prologue: [run(1)] }, {});
  assert.deepEqual(phaseNames(results), ["start", "scan", "end"]);
  assert.deepEqual(phaseNames([...results].reverse()), ["start", "scan", "end"]);
});

test("a build that was killed or failed, and scans that do not agree, are problems", () => {
  const { problems } = gathered(
    { rwsdk: [run(1), run(1, { exit: 137, died: true })], prologue: [run(1, { facts: { clientFiles: 2 } }), run(1, { exit: 1 })] },
    { hard: 1 },
  );
  assert.deepEqual(problems, [
    "run 2 with rwsdk's scan: killed",
    "run 2 with prologue's scan: exit 1",
    'the scans found different numbers of modules: {"clientFiles":1} and {"clientFiles":2}',
  ]);
  assert.deepEqual(gathered({ rwsdk: [run(1)], prologue: [run(2)] }, {}).problems, []);
  const others = gathered({ rwsdk: [run(1), run(1, { written: { names: "a", contents: "c" } })], prologue: [run(1, { written: { names: "d" } })] }, {});
  assert.deepEqual(others.problems, ["the builds wrote files of different names"]);
  assert.deepEqual(others.results.map(({ summary }) => summary.outputs), [2, 0]);
});
