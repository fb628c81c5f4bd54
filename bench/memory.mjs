// The memory stress bench: ./dev bench memory [--only ID,…] [--short]. See README.md.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { fail, machine, median, print } from "./table.mjs";
import { MIB, SAMPLE_MS, prologue, tool, top, watch } from "./memory/run.mjs";
import { prepare, scenarios } from "./memory/scenarios.mjs";

const ROOM = 8 * MIB; // threads and program text, beside the limit
const GROWTH = 1.05;
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

/** Ours, again and again; the first time with its report. */
function ours(scenario, made, { runs, scratch }) {
  const hard = scenario.limit + ROOM;
  const row = { who: "prologue", limit: scenario.limit, hard, samples: [], problems: [] };
  const said = watch(scan(made, scenario.limit), { limit: hard, scratch, output: true });
  const report = said.output ? JSON.parse(said.output) : undefined;
  const problem = (wrong, text) => wrong && row.problems.push(text);
  problem(!report, `no report, exit ${said.exit}${said.died ? ", died" : ""}`);
  if (!report) return { row };
  const { stats } = report;
  problem(!report.complete, "not complete");
  problem(stats.filesRead !== stats.modules && scenario.id !== "przm", `${stats.filesRead} files read for ${stats.modules} modules`);
  problem(made.modules && stats.modules !== made.modules, `${stats.modules} modules, not ${made.modules}`);
  problem(made.client && report.clientFiles.length !== made.client, `${report.clientFiles.length} client files`);
  problem(stats.memory.peak > scenario.limit, "the ledger passed the limit");
  Object.assign(row, {
    modules: stats.modules, visits: stats.visits, memory: stats.memory, keeper: said.keeper, bytesRead: stats.bytesRead,
    pathText: report.modules.reduce((sum, module) => sum + Buffer.byteLength(module.path), 0),
  });
  for (let i = 0; i < runs; i++) {
    const { peak, wallMs, cpuMs, died, exit } = watch(scan(made, scenario.limit), { limit: hard, scratch });
    row.samples.push({ peak, ms: wallMs, cpuMs });
    problem(died || exit > 1, `run ${i + 1}: exit ${exit}${died ? ", died" : ""}`);
  }
  row.growth = growth(row.samples.map(({ peak }) => peak));
  problem(row.growth > GROWTH, `grew by ${row.growth.toFixed(3)} from the first runs to the last`);
  return { row };
}

/** The last third's median over the first third's. */
function growth(values) {
  const third = Math.max(1, Math.floor(values.length / 3));
  return median(values.slice(-third)) / median(values.slice(0, third));
}

/** Ten scans in one session: what it holds after each. */
function rescans(scenario, made, { runs }) {
  const { status, stdout, stderr } = spawnSync(path.join(top, "build/release/rescan"), [made.folder, made.entry, String(scenario.limit * 2), String(runs)], { encoding: "utf8" });
  if (status !== 0) return { problems: [`rescan: ${(stderr ?? "it is not built").trim()}`] };
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const resident = lines.map((line) => line.resident);
  // The first scans fill what the allocator keeps.
  const ratio = growth(resident.slice(Math.min(2, resident.length - 1)));
  return { resident, growth: ratio, problems: ratio > GROWTH ? [`a session grew by ${ratio.toFixed(3)}`] : [] };
}

/** A scan's own account, with its phases. */
function trace(scenario, made, { scratch }) {
  const file = path.join(scratch, "trace.jsonl");
  spawnSync(prologue, [...scan(made, scenario.limit * 2).slice(1), "--memory-trace", file, "--memory-interval", scenario.scale ? "5" : "1"], { stdio: "ignore" });
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  rmSync(file);
  const moments = lines.filter(({ ledger }) => ledger);
  const start = moments[0].ms;
  const every = Math.ceil(moments.length / 400);
  return {
    phases: lines.filter(({ type }) => type === "begin").map(({ phase, ms }) => ({ phase, ms: ms - start })),
    moments: moments.filter((_, i) => i % every === 0 || i === moments.length - 1)
      .map(({ ms, resident, ledger }) => ({ ms: ms - start, resident, ledger: ledger.total })),
  };
}

/** Left alone once, to see what it takes; then under the common limit, to see whether it lives. */
function peer(who, made, { hard, seconds, scratch }) {
  const command = [process.execPath, path.join(top, `bench/peers/${who}.mjs`), made.folder, "--entry", made.entry];
  const free = watch(command, { limit: CAP, seconds, scratch, output: true });
  const said = free.output.trim().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)).pop();
  const row = { who, hard, version: said?.version, peak: free.peak, ms: free.wallMs, curve: free.curve };
  if (free.late) return { ...row, outcome: `not done after ${seconds} s` };
  if (free.died) return { ...row, outcome: "passes 6 GiB", died: true };
  if (free.exit !== 0) return { ...row, outcome: `fails: exit ${free.exit}`, failed: free.stderr.trim().split("\n").slice(0, 3).join(" ") };
  if (free.peak <= hard) return { ...row, outcome: "lives" };
  const limited = watch(command, { limit: hard, seconds, scratch });
  return { ...row, died: limited.died, diedAfterMs: limited.died ? limited.wallMs : undefined, outcome: limited.died ? "killed" : `exit ${limited.exit}` };
}

function bench(scenario, settings) {
  const { base, peers, keep } = settings;
  if (!hasRoom(base, scenario)) return { id: scenario.id, what: scenario.what, skipped: "not enough room on the disk" };
  console.error(`${scenario.id}: writing ${scenario.what}`);
  const made = prepare(scenario, base, scenario.size, tools());
  const { runs } = settings;
  try {
    console.error(`${scenario.id}: scanning ${runs + 1} times`);
    const { row } = ours(scenario, made, { ...settings, runs });
    const session = scenario.id === "modules-1m" || scenario.id === "long" ? undefined : rescans(scenario, made, settings);
    if (session) row.problems.push(...session.problems);
    const wanted = scenario.peers.filter((id) => !peers || peers.includes(id));
    const others = wanted.map((id) => {
      console.error(`${scenario.id}: ${id}`);
      return peer(id, made, settings);
    });
    return { id: scenario.id, what: scenario.what, scale: scenario.scale, ours: row, session, trace: trace(scenario, made, settings), peers: others };
  } finally {
    if (!keep && !made.keep) rmSync(path.join(base, scenario.id), { recursive: true, force: true });
  }
}

/** Bytes and time for each module against the number of modules. */
function scaleOf(results) {
  const points = results.filter(({ scale, ours }) => scale && ours?.memory).map(({ ours: row }) => ({
    modules: row.modules, us: (Math.min(...row.samples.map(({ ms }) => ms)) * 1000) / row.modules,
    cpuUs: (Math.min(...row.samples.map(({ cpuMs }) => cpuMs)) * 1000) / row.modules,
    bytes: row.memory.peak / row.modules, resident: median(row.samples.map(({ peak }) => peak)) / row.modules, pathText: row.pathText / row.modules,
    subsystems: Object.fromEntries(Object.entries(row.memory.subsystems).map(([name, { peak }]) => [name, peak / row.modules])),
  }));
  const [first, last] = [points[0], points.at(-1)];
  if (points.length < 2) return { points, goals: [] };
  const goal = (what, limit, measured) => ({ what, limit, measured, met: measured <= limit });
  const sizes = `${last.modules.toLocaleString("en")} / ${first.modules.toLocaleString("en")}`;
  return {
    points,
    goals: [
      goal(`memory for each module at ${sizes}`, 1.3, last.bytes / first.bytes),
      goal(`time for each module at ${sizes}`, 1.3, last.us / first.us),
      goal("bytes for each module beside its path text", 200, last.bytes - last.pathText),
    ],
  };
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
    print(["modules", "µs each", "of a processor", "ledger B", "resident B", "path text B"],
      scale.points.map((point) => [String(point.modules), point.us.toFixed(1), point.cpuUs.toFixed(1), point.bytes.toFixed(0), point.resident.toFixed(0), point.pathText.toFixed(0)]));
  }
  if (scale.goals.length > 0) print(["goal", "at most", "measured", "met"], scale.goals.map(({ what, limit, measured, met }) => [what, String(limit), measured.toFixed(2), met ? "yes" : "no"]));
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
if (!existsSync(prologue)) fail("build/release/prologue is not built");
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
