// The memory stress bench: ./dev bench memory [--only ID,…] [--short]. See README.md.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { fail, machine, median, print } from "./table.mjs";
import { GROWTH, growth, judged, outcomeOf, sessionOf, together } from "./memory/checks.mjs";
import { MIB, SAMPLE_MS, prologue, tool, top, watch } from "./memory/run.mjs";
import { scaleOf } from "./memory/scale.mjs";
import { prepare, scenarios } from "./memory/scenarios.mjs";

const ROOM = 8 * MIB; // threads and program text, beside the limit
const rescan = path.join(top, "build/release/rescan");
const CAP = 6 * 1024 * MIB; // what a peer may take where it is left alone

function options() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" }, runs: { type: "string", default: "10" }, hard: { type: "string", default: "512" },
      peers: { type: "string" }, seconds: { type: "string", default: "120" }, json: { type: "string", default: path.join(top, "build/bench/memory.json") },
      page: { type: "string", default: path.join(top, "build/bench/memory.html") },
      builds: { type: "string", default: path.join(top, "build/bench/builds.json") }, short: { type: "boolean" }, keep: { type: "boolean" },
    },
  });
  const ids = values.only?.split(",");
  const unknown = ids?.filter((id) => !scenarios.some((scenario) => scenario.id === id)) ?? [];
  if (unknown.length > 0) fail(`--only ${unknown}: there are ${scenarios.map(({ id }) => id).join(", ")}`);
  return {
    ...values, runs: Number(values.runs), hard: Number(values.hard) * MIB, seconds: Number(values.seconds), peers: values.peers?.split(",").filter(Boolean),
    chosen: scenarios.filter(({ id }) => !ids || ids.includes(id)),
  };
}

const tools = () => ({
  przm: path.join(top, "build/fixtures/przm"),
  installed: path.join(top, "bench/memory/node_modules"),
  generator: tool("modules"),
});

function hasRoom(base, { bytes = 0, inodes = 0 }) {
  const { bavail, bsize, ffree } = statfsSync(base);
  return bavail * bsize > bytes * 1.2 && (ffree === 0 || ffree > inodes * 1.2);
}

const scan = ({ folder, entry }, limit, ...more) =>
  [prologue, "scan", folder, "--entry", entry, "--json", "--threads", "2", "--memory-limit", String(limit), ...more];

/** What the first report tells; of the ledger, the run in which it held most. */
function keep(row, { stats, modules }) {
  if (row.memory && row.memory.peak >= stats.memory.peak) return;
  Object.assign(row, {
    modules: stats.modules, visits: stats.visits, memory: stats.memory, bytesRead: stats.bytesRead,
    pathText: modules.reduce((sum, module) => sum + Buffer.byteLength(module.path), 0),
  });
}

/** The read floor, on what a report names. */
function floor({ root, modules }, { scratch }) {
  const list = path.join(scratch, "files");
  if (modules) writeFileSync(list, modules.map((module) => `${path.resolve(root, module.path)}\n`).join(""));
  const { cpuMs, wallMs, exit, output } = watch([tool("floor", "-luv"), "--threads", "2", list], { scratch, output: true });
  return { cpuMs, ms: wallMs, files: exit === 0 ? JSON.parse(output).files : undefined };
}

/** Ours, again and again, every run with its report; where it is about scale, in turns with the floor. */
function ours(scenario, made, { runs, scratch }) {
  const hard = scenario.limit + ROOM;
  const row = { who: "prologue", limit: scenario.limit, hard, samples: [], floor: [] };
  const found = [];
  for (let run = 0; run <= runs; run++) { // the first one warms the page cache
    const said = watch(scan(made, scenario.limit), { limit: hard, scratch, output: true });
    const { report, problems } = judged(said, { limit: scenario.limit, hard, modules: made.modules ?? row.modules, client: made.client });
    found.push(problems);
    row.keeper = said.keeper;
    if (report) keep(row, report);
    if (run > 0) row.samples.push({ peak: said.peak, kernelPeak: said.kernelPeak, ms: said.wallMs, cpuMs: said.cpuMs });
    if (!scenario.scale || !report) continue;
    const read = floor(run > 0 ? {} : report, { scratch });
    if (read.files !== row.modules) problems.push(`the floor read ${read.files} files`);
    if (run > 0) row.floor.push(read);
  }
  row.problems = together(found);
  row.growth = growth(row.samples.map(({ peak }) => peak));
  if (row.growth > GROWTH) row.problems.push(`grew by ${row.growth.toFixed(3)} from the first runs to the last`);
  return row;
}

/** As many scans in one session: what it holds after each. */
function rescans({ limit }, made, { modules }, { runs, scratch }) {
  const hard = limit + ROOM;
  const said = watch([rescan, made.folder, made.entry, String(limit), String(runs)], { limit: hard, scratch, output: true });
  return sessionOf(said, { hard, modules });
}

/** A scan's own account, with its phases, in a run of its own; in milliseconds since the process began. */
function trace(scenario, made, { scratch }) {
  const file = path.join(scratch, "trace.jsonl");
  const more = ["--memory-trace", file, "--memory-interval", scenario.scale ? "5" : "1"];
  const env = { ...process.env, PROLOGUE_MEMORY_TRACKING: "always" };
  const said = watch(scan(made, scenario.limit, ...more), { limit: scenario.limit + ROOM, scratch, env });
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line)) : [];
  rmSync(file, { force: true });
  const outcome = outcomeOf(said, 0, 1);
  if (outcome !== "lives" || lines.length === 0) return { problems: [`with a trace: ${outcome}, ${lines.length} lines`] };
  const begun = Date.parse(lines[0].time) - Date.parse(said.startedAt);
  const moments = lines.filter(({ ledger }) => ledger);
  const every = Math.ceil(moments.length / 400);
  return {
    problems: [], limit: scenario.limit,
    phases: lines.filter(({ type }) => type === "begin").map(({ phase, ms }) => ({ phase, ms: begun + ms })),
    moments: moments.filter((_, i) => i % every === 0 || i === moments.length - 1)
      .map(({ ms, resident, ledger }) => ({ ms: begun + ms, resident, ledger: ledger.total })),
  };
}

/** Ours as the peers are run: under the common hard limit, its process tree sampled. */
function beside({ limit }, made, { hard, scratch }) {
  const said = watch(scan(made, limit), { limit: hard, scratch });
  return { who: "prologue", hard, peak: said.peak, ms: said.wallMs, curve: said.curve, outcome: outcomeOf(said, 0, 1) };
}

/** Under the common hard limit; where that ends it, once more and left alone, to see what it takes. */
function peer(who, made, { hard, seconds, scratch }) {
  const command = [process.execPath, path.join(top, `bench/peers/${who}.mjs`), made.folder, "--entry", made.entry];
  const run = (limit) => watch(command, { limit, seconds, scratch, output: true });
  const version = ({ output }) => output.trim().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)).pop()?.version;
  const limited = run(hard);
  const outcome = outcomeOf(limited, seconds);
  const row = { who, hard, version: version(limited), peak: limited.peak, ms: limited.wallMs, curve: limited.curve, outcome };
  if (outcome.startsWith("fails")) row.failed = limited.stderr.trim().split("\n").slice(0, 3).join(" ");
  if (!limited.died) return row;
  const free = run(CAP);
  const alone = free.died ? "passes 6 GiB" : outcomeOf(free, seconds);
  return { ...row, version: version(free), peak: Math.max(limited.peak, free.peak), alone, outcome: alone === "lives" ? outcome : `${outcome}; left alone: ${alone}` };
}

function bench(scenario, settings) {
  const { base, peers, keep: kept } = settings;
  if (!hasRoom(base, scenario)) return { id: scenario.id, what: scenario.what, skipped: "not enough room on the disk" };
  console.error(`${scenario.id}: writing ${scenario.what}`);
  const made = prepare(scenario, base, scenario.size, tools());
  const { runs } = settings;
  try {
    console.error(`${scenario.id}: scanning ${runs + 1} times`);
    const row = ours(scenario, made, settings);
    const session = rescans(scenario, made, row, settings);
    const traced = trace(scenario, made, settings);
    const own = beside(scenario, made, settings);
    row.problems.push(...session.problems, ...traced.problems);
    if (own.outcome !== "lives") row.problems.push(`beside the others: ${own.outcome}`);
    const wanted = scenario.peers.filter((id) => !peers || peers.includes(id));
    const others = wanted.map((id) => {
      console.error(`${scenario.id}: ${id}`);
      return peer(id, made, settings);
    });
    return { id: scenario.id, what: scenario.what, scale: scenario.scale, ours: row, session, trace: traced, beside: own, peers: others };
  } finally {
    if (!kept && !made.keep) rmSync(path.join(base, scenario.id), { recursive: true, force: true });
  }
}

const mib = (bytes) => (bytes === undefined ? "-" : (bytes / MIB).toFixed(1));

function rowsOf(result) {
  if (result.skipped) return [[result.id, "skipped", result.skipped]];
  const { ours: row, session, peers } = result;
  const peaks = row.samples.map(({ peak }) => peak);
  const bad = row.problems.length > 0;
  return [
    [result.id, row.who, String(row.modules ?? "-"), mib(row.limit), mib(Math.min(...peaks)), mib(median(peaks)), mib(Math.max(...peaks)),
      row.growth?.toFixed(2) ?? "-", session?.growth?.toFixed(2) ?? "-", bad ? row.problems.join("; ") : "complete"],
    ...peers.map((one) => ["", one.who, "", mib(one.hard), "", "", mib(one.peak), "", "", one.outcome]),
  ];
}

function show(host, results, scale) {
  console.log(`${host.cores} cores (${host.cpu}), ${host.kernel}, node ${host.node}, load ${host.load.toFixed(2)} at the start`);
  console.log(`resident sets in MiB, the whole process tree every ${SAMPLE_MS} ms; the limit of ours is its --memory-limit, of others the hard limit\n`);
  print(["scenario", "who", "modules", "limit", "min", "median", "peak", "growth", "in a session", "outcome"], results.flatMap(rowsOf));
  if (scale.points.length > 0) {
    print(["modules", "µs of a processor", "the floor's", "ours / floor", "µs of the clock", "ledger B", "resident B", "path text B"],
      scale.points.map((point) => [String(point.modules), point.cpuUs.toFixed(1), point.floorCpuUs.toFixed(1), (point.cpuUs / point.floorCpuUs).toFixed(2),
        point.us.toFixed(1), point.bytes.toFixed(0), point.resident.toFixed(0), point.pathText.toFixed(0)]));
  }
  if (scale.goals.length > 0) {
    print(["goal", "at most", "measured", "met", ""], scale.goals.map(({ what, limit, measured, met, beside: other = "" }) => [what, String(limit), measured.toFixed(2), met ? "yes" : "no", other]));
  }
}

async function full(settings) {
  const host = machine();
  const results = settings.chosen.map((scenario) => bench(scenario, settings));
  const scale = scaleOf(results);
  show(host, results, scale);
  const said = { host, date: new Date().toISOString(), hard: settings.hard, results, scale };
  mkdirSync(path.dirname(settings.json), { recursive: true });
  writeFileSync(settings.json, `${JSON.stringify(said, null, 1)}\n`);
  const { page } = await import("./memory/page.mjs");
  const builds = existsSync(settings.builds) ? JSON.parse(readFileSync(settings.builds, "utf8")) : undefined; // of ./dev bench builds
  writeFileSync(settings.page, page(said, builds));
  console.log(`${settings.json}\n${settings.page}`);
  if (results.some(({ ours: row }) => row?.problems.length > 0)) process.exitCode = 1;
}

const settings = options();
for (const program of [prologue, rescan]) if (!existsSync(program)) fail(`${path.relative(top, program)} is not built`);
const base = path.join(top, "build/bench/memory");
mkdirSync(base, { recursive: true });
const scratch = mkdtempSync(path.join(os.tmpdir(), "prologue-memory-"));
try {
  if (settings.short) {
    const { short } = await import("./memory/short.mjs");
    short({ base, scratch, tools: tools() });
  } else {
    await full({ ...settings, base, scratch });
  }
} finally {
  rmSync(scratch, { recursive: true });
}
