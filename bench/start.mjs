// What the plugin adds to the start of a Vite development server: ./dev bench start. See README.md.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { fail, machine, median, print } from "./table.mjs";

const top = fileURLToPath(new URL("..", import.meta.url));
const MIB = 1 << 20;
const MOMENTS = ["listening", "scanned", "optimised"];
const GOALS = [
  { what: "added until Vite listens and has scanned, ms", moment: "scanned", of: "ms", limit: 40 },
  { what: "added resident set at that moment, MiB", moment: "scanned", of: "rss", limit: 16 },
];

function options() {
  const { values } = parseArgs({
    options: {
      app: { type: "string", default: path.join(top, "build/fixtures/przm") }, runs: { type: "string", default: "20" },
      resolver: { type: "boolean" }, json: { type: "string" },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) fail(`--runs ${values.runs}: not a positive number`);
  if (!existsSync(path.join(values.app, "src/worker.tsx"))) fail(`${values.app} has no src/worker.tsx; run: node fixtures/przm/generate.mjs`);
  return { ...values, app: path.resolve(values.app), runs };
}

/** A start with an empty cache. */
function start(who, { app, resolver, scratch }) {
  const cache = path.join(scratch, "cache");
  rmSync(cache, { recursive: true, force: true });
  const server = path.join(top, "bench/start/server.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [server, app, who, cache, ...(resolver ? ["--resolver"] : [])], { encoding: "utf8" });
  if (status !== 0) fail(`a server ${who} the plugin: exit ${status}\n${stderr}`);
  const said = JSON.parse(stdout.trim().split("\n").at(-1));
  if (who === "with" && !(said.modules > 0)) fail("the plugin has no report");
  return said;
}

/** In pairs; whoever was first in the last one is second in the next. */
function compete(settings) {
  for (const who of ["without", "with"]) start(who, settings); // warms the page cache
  return Array.from({ length: settings.runs }, (_, i) => {
    const order = i % 2 ? ["with", "without"] : ["without", "with"];
    const pair = Object.fromEntries(order.map((who) => [who, start(who, settings)]));
    console.error(`pair ${i + 1} of ${settings.runs}`);
    return pair;
  });
}

const of = (pairs, who, moment, what) => pairs.map((pair) => pair[who][moment][what]);

/** The median of each, and the median of what the pairs differ by. */
function summaryOf(pairs) {
  return Object.fromEntries(MOMENTS.map((moment) => [moment, Object.fromEntries(["ms", "cpuMs", "rss"].map((what) => {
    const without = of(pairs, "without", moment, what);
    const beside = of(pairs, "with", moment, what);
    return [what, { without: median(without), with: median(beside), added: median(beside.map((value, i) => value - without[i])) }];
  }))]));
}

function show(host, summary, goals) {
  console.log(`${host.cores} cores (${host.cpu}), ${host.kernel}, node ${host.node}, load ${host.load.toFixed(2)} at the start`);
  console.log("since createServer(), medians; added: the median of the pairs' differences\n");
  const cells = ({ without, with: beside, added }, scale) => [without, beside, added].map((value) => (value / scale).toFixed(1));
  print(["until", "ms without", "with", "added", "processor ms without", "with", "added", "resident MiB without", "with", "added"],
    MOMENTS.map((moment) => [moment, ...cells(summary[moment].ms, 1), ...cells(summary[moment].cpuMs, 1), ...cells(summary[moment].rss, MIB)]));
  print(["goal", "at most", "measured", "met"], goals.map(({ what, limit, measured, met }) => [what, String(limit), measured.toFixed(1), met ? "yes" : "no"]));
}

function main(settings) {
  const host = machine();
  const pairs = compete(settings);
  const summary = summaryOf(pairs);
  const goals = GOALS.map(({ what, moment, of: figure, limit }) => {
    const measured = summary[moment][figure].added / (figure === "rss" ? MIB : 1);
    return { what, limit, measured, met: measured <= limit };
  });
  show(host, summary, goals);
  if (settings.json) writeFileSync(settings.json, `${JSON.stringify({ host, resolver: Boolean(settings.resolver), summary, goals, pairs }, null, 1)}\n`);
}

const settings = options();
const scratch = mkdtempSync(path.join(os.tmpdir(), "prologue-start-"));
try {
  main({ ...settings, scratch });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
