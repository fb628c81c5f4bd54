// What CI checks of the builds' bench, on a small application: memory, phases and the page, never time.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { MIB, top } from "../memory/run.mjs";
import { nodeFor } from "./app.mjs";
import { gathered } from "./phases.mjs";
import { CORES, EVERY_MS, build } from "./run.mjs";

const steps = (name) => [`${name}: modules`, `${name}: chunks`];
const PHASES = ["start", ...steps("plugin-setup"), "scan", ...steps("worker"), ...steps("ssr"), ...steps("client"), ...steps("linker"), "end"];
const LEAST = 40 * MIB; // Node.js alone takes that
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const tests = path.join(top, "tests/vite");

const rising = (moments) => moments.every((at, i) => ISO.test(at) && (i === 0 || at >= moments[i - 1]));

function whole(run, { hard }) {
  assert.equal(run.exit, 0, run.failed);
  assert.equal(run.died || run.late, false);
  assert.deepEqual(run.phases.map(({ phase }) => phase), PHASES);
  assert.ok(rising(run.phases.map(({ at }) => at)) && rising(run.curve.map(([at]) => at)), "moments rise");
  assert.ok(run.curve.length >= 20, `${run.curve.length} points`);
  assert.ok(run.peak > LEAST && run.peak <= hard, `${run.peak} bytes at most`);
  for (const { phase, peak, peakAt } of run.phases.slice(1)) {
    assert.ok(peak > LEAST && peak <= run.peak, `${peak} bytes in ${phase}`);
    assert.match(peakAt, ISO);
  }
  assert.equal(run.phases.find(({ phase }) => phase === run.peakIn).peakAt, run.peakAt);
  assert.deepEqual(run.facts, { clientFiles: 1, serverFiles: 1 });
  return `${(run.peak / MIB).toFixed(0)} MiB at most, in ${run.peakIn}`;
}

const checks = {
  "a build with rwsdk's scan: every phase, and what it held": (about, runs) => whole((runs.rwsdk = build("rwsdk", about)), about),
  "a build with our scan: the same phases, the same modules": (about, runs) => whole((runs.prologue = build("prologue", about)), about),
  "both wrote the same, byte for byte": (about, runs) => {
    assert.ok(runs.rwsdk.written.files > 5);
    assert.deepEqual(runs.prologue.written, runs.rwsdk.written);
    return `${runs.rwsdk.written.files} files`;
  },
  "a build that passes its limit is ended and told of": (about) => {
    const run = build("prologue", { ...about, hard: LEAST });
    assert.equal(run.died, true);
    assert.equal(run.phases[0].phase, "start");
    const { problems, results } = gathered({ prologue: [run] }, {});
    assert.deepEqual(problems, ["run 1 with prologue's scan: killed"]);
    assert.equal(results[0].summary.died, 1);
    return problems[0];
  },
  "the page has a curve of each, with its phases": async ({ hard }, runs) => {
    const { page } = await import("./page.mjs");
    const host = { cores: 1, cpu: "", kernel: "", node: "", load: 0, rwsdk: "", vite: "", buildNode: "" };
    const text = page(gathered({ rwsdk: [runs.rwsdk], prologue: [runs.prologue] }, { host, hard, cores: CORES, everyMs: EVERY_MS }));
    for (const scan of ["rwsdk's own", "Prologue's"]) assert.ok(text.includes(`aria-label="Resident set against time: With ${scan} scan"`), scan);
    for (const phase of PHASES) assert.ok(text.includes(`<td>${phase}</td>`), phase);
    assert.ok(!/NaN|undefined|Infinity/.test(text));
    return `${text.length} characters`;
  },
};

export async function short({ hard, seconds, scratch }) {
  const node = nodeFor(tests);
  if (!node) return console.log("skipped: rwsdk's build needs Node.js 22.15");
  mkdirSync(path.join(tests, ".cache"), { recursive: true });
  const app = mkdtempSync(path.join(tests, ".cache/builds-")); // where the packages of those tests are found
  cpSync(path.join(tests, "apps/rwsdk"), app, { recursive: true });
  const about = { app, node, vite: path.join(tests, "node_modules/vite/bin/vite.js"), hard, seconds, scratch };
  const runs = {};
  let failed = 0;
  try {
    for (const [name, check] of Object.entries(checks)) {
      try {
        console.log(`ok      ${name} (${await check(about, runs)})`);
      } catch (error) {
        failed++;
        console.log(`FAILED  ${name}: ${error.message}`);
      }
    }
  } finally {
    rmSync(app, { recursive: true, force: true });
  }
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
