// Ours, the read floor and the peers on one application, in turns. See README.md.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { decimal, fail, machine, median, print } from "./table.mjs";

const top = fileURLToPath(new URL("..", import.meta.url));
const prologue = path.join(top, "build/release/prologue");
const ENTRY = "src/worker.tsx";
const SAMPLE_MS = 5;

function options() {
  const { values } = parseArgs({
    options: {
      app: { type: "string", default: path.join(top, "build/fixtures/przm") },
      runs: { type: "string", default: "20" },
      only: { type: "string" },
      json: { type: "string" },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) fail(`--runs ${values.runs}: not a positive number`);
  const app = path.resolve(values.app);
  if (!existsSync(path.join(app, ENTRY))) fail(`${app} has no ${ENTRY}; run: node fixtures/przm/generate.mjs`);
  return { app, runs, only: values.only?.split(","), json: values.json };
}

function contenders({ app, runs, only }) {
  const slow = Math.min(runs, Math.max(2, Math.round(runs / 7)));
  const ours = (id, threads) => ({ id, kind: "ours", threads, runs });
  const floor = (id, threads, against) => ({ id, kind: "floor", threads, against, runs });
  const peer = (id, count) => ({ id, kind: "peer", against: "ours", runs: count });
  const all = [
    ours("ours", 2), floor("floor", 2, "ours"),
    ours("ours-1", 1), floor("floor-1", 1, "ours-1"),
    peer("rolldown", runs), peer("esbuild", slow), peer("jswalk", slow),
    peer("rwsdk", Math.min(3, slow)), peer("esbuild-split", Math.min(3, slow)),
  ];
  const unknown = only?.filter((id) => !all.some((row) => row.id === id)) ?? [];
  if (unknown.length > 0) fail(`--only ${unknown}: there are ${all.map((row) => row.id).join(", ")}`);
  const chosen = only ? all.filter((row) => only.includes(row.id)) : all;
  if (chosen.some((row) => row.kind !== "peer") && !existsSync(prologue)) {
    fail("build/release/prologue is not built; run: cmake --preset release && cmake --build --preset release");
  }
  if (chosen.some((row) => row.kind === "peer") && !existsSync(path.join(top, "bench/node_modules"))) {
    fail("the peers are not installed; run: npm ci --prefix bench");
  }
  for (const row of chosen) Object.assign(row, { app, samples: [] });
  return chosen;
}

/** CMake's program where it is at least as new as its source, else one compiled here. */
function tool(name, ...flags) {
  const source = path.join(top, "bench", `${name}.c`);
  const candidates = ["build/release", "build/bench"].map((folder) => path.join(top, folder, name));
  const newest = (file) => existsSync(file) && statSync(file).mtimeMs >= statSync(source).mtimeMs;
  const found = candidates.find(newest);
  if (found) return found;
  mkdirSync(path.join(top, "build/bench"), { recursive: true });
  const { status } = spawnSync("cc", ["-O2", "-o", candidates[1], source, ...flags], { stdio: "inherit" });
  if (status !== 0) fail(`${name} could not be compiled`);
  return candidates[1];
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 30 });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Runs a command under launch; `lines` is what the command printed. */
function launch(launcher, flags, command) {
  const { status, stdout, stderr } = run(launcher, [...flags, ...command]);
  const lines = stdout.trim().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  const usage = lines.pop();
  if (status !== 0 || !usage || usage.exit > 1 || (usage.exit === 1 && command[0] !== prologue)) {
    fail(`${command.join(" ")}: exit ${usage?.exit ?? status}\n${stderr}`);
  }
  return { usage, lines };
}

const scan = ({ app, threads }) =>
  [prologue, "scan", app, "--entry", ENTRY, "--json", "--threads", String(threads)];
const driver = ({ id, app }) => [process.execPath, path.join(top, `bench/peers/${id}.mjs`), app];

function measure(row, { launcher, floor, list }) {
  if (row.kind === "ours") {
    const { usage } = launch(launcher, [], scan(row));
    return { ms: usage.wallMs, ...usage, peakKb: usage.maxrssKb };
  }
  if (row.kind === "floor") {
    const { usage, lines } = launch(launcher, ["--stdout"], [floor, "--threads", String(row.threads), list]);
    return { ms: lines[0].elapsedMs, ...usage, peakKb: usage.maxrssKb, bytes: lines[0].bytes };
  }
  const { usage, lines } = launch(launcher, ["--stdout", "--sample", String(SAMPLE_MS)], driver(row));
  return { ms: lines[0].elapsedMs, ...usage, peakKb: Math.max(usage.treeRssKb, usage.maxrssKb) };
}

/** One report of ours: the files that the floor reads, and the counts. */
function report(app, list) {
  const [command, ...args] = scan({ app, threads: 2 });
  const { status, stdout, stderr } = run(command, args);
  if (status !== 0 && status !== 1) fail(`prologue: exit ${status}\n${stderr}`);
  const { root, tool, modules, stats } = JSON.parse(stdout);
  writeFileSync(list, modules.map((module) => `${path.resolve(root, module.path)}\n`).join(""));
  return { version: tool.replace("prologue ", ""), modules: modules.length, visits: stats.visits, filesRead: stats.filesRead };
}

/** An untimed run of each: it warms the caches, and tells versions and counts. */
function prepare(rows, tools, app) {
  const ours = rows.some((row) => row.kind !== "peer") && report(app, tools.list);
  for (const row of rows) {
    console.error(`warming up ${row.id}`);
    if (row.kind !== "peer") Object.assign(row, ours, row.kind === "floor" && { version: "-" });
    else attempt(row, () => Object.assign(row, launch(tools.launcher, ["--stdout"], [...driver(row), "--count"]).lines[0]));
  }
}

/** A row that fails is left out; the others go on. */
function attempt(row, action) {
  try {
    action();
  } catch (error) {
    row.failed = error.message;
    process.exitCode = 1;
  }
}

/** Round by round; a row with fewer runs sits out rounds, evenly. */
function compete(rows, tools, rounds) {
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      const due = Math.floor(((round + 1) * row.runs) / rounds) > Math.floor((round * row.runs) / rounds);
      if (row.failed || !due) continue;
      attempt(row, () => row.samples.push({ round, ...measure(row, tools) }));
    }
    console.error(`round ${round + 1} of ${rounds}`);
  }
}

/** The median over the rounds in which both ran; undefined where there is none. */
function ratio(ours, theirs) {
  if (!ours || !theirs) return undefined;
  const byRound = new Map(ours.samples.map((sample) => [sample.round, sample.ms]));
  const pairs = theirs.samples.filter(({ round }) => byRound.has(round));
  return pairs.length > 0 ? median(pairs.map(({ round, ms }) => byRound.get(round) / ms)) : undefined;
}

function syscallsPerModule(rows, directory) {
  const row = rows.find(({ id, failed }) => id === "ours" && !failed);
  const log = path.join(directory, "strace");
  if (!row || run("sh", ["-c", "command -v strace"]).status !== 0) return undefined;
  run("strace", ["-f", "-qq", "-c", "-U", "name,calls", "-o", log, ...scan(row)]);
  const total = existsSync(log) && /^total\s+(\d+)/m.exec(readFileSync(log, "utf8"));
  return total ? Number(total[1]) / row.modules : undefined;
}

function goals(rows, directory) {
  const row = (id) => rows.find((item) => item.id === id && item.samples.length > 0);
  const peak = row("ours") && Math.max(...row("ours").samples.map((sample) => sample.peakKb)) / 1024;
  return [
    { what: "ours / floor, 2 threads (stretch 1.3)", goal: 1.6, measured: ratio(row("ours"), row("floor")) },
    { what: "ours / floor, 1 thread", goal: 1.4, measured: ratio(row("ours-1"), row("floor-1")) },
    { what: "ours / rolldown's scan", goal: 1 / 12, measured: ratio(row("ours"), row("rolldown")) },
    { what: "ours / rwsdk", goal: 1 / 400, measured: ratio(row("ours"), row("rwsdk")) },
    { what: "peak resident set, MiB", goal: 8, measured: peak },
    { what: "system calls for each module", goal: 3, measured: syscallsPerModule(rows, directory) },
  ].map((line) => ({ ...line, met: line.measured === undefined ? null : line.measured <= line.goal }));
}

const factor = (value) => (value === undefined ? "-" : value < 0.5 ? `1/${(1 / value).toFixed(1)}` : value.toFixed(2));
function printRows(rows) {
  const lines = rows.filter((row) => row.samples.length > 0).map((row) => {
    const times = row.samples.map((sample) => sample.ms);
    const peak = Math.max(...row.samples.map((sample) => sample.peakKb)) / 1024;
    return [
      row.id, row.version, String(row.samples.length),
      decimal(Math.min(...times)), decimal(median(times)), decimal(Math.max(...times)),
      decimal(median(row.samples.map((sample) => sample.wallMs))), peak.toFixed(1), String(row.modules ?? "-"),
      factor(ratio(rows.find((other) => other.id === row.against), row)),
    ];
  });
  print(["tool", "version", "runs", "min ms", "median", "max", "process", "peak MiB", "modules", "ours/theirs"], lines);
  for (const row of rows) if (row.failed) console.log(`${row.id} failed: ${row.failed}\n`);
}

function summarise(host, rows, table) {
  console.log(`${host.cores} cores (${host.cpu}), ${host.kernel}, node ${host.node}, load ${host.load.toFixed(2)} at the start`);
  console.log("time: ours as a whole process, the floor and the peers as they time themselves; process: median from spawn to exit");
  console.log(`peak: ours and the floor from the kernel, peers as resident sets summed over the process tree every ${SAMPLE_MS} ms\n`);
  printRows(rows);
  const lines = table.map(({ what, goal, measured, met }) =>
    [what, factor(goal), factor(measured), met === null ? "-" : met ? "yes" : "no"]);
  print(["goal", "at most", "measured", "met"], lines);
}

function main(directory) {
  const { app, runs, only, json } = options();
  const rows = contenders({ app, runs, only });
  const tools = { launcher: tool("launch"), floor: tool("floor", "-luv"), list: path.join(directory, "files") };
  const host = machine();
  prepare(rows, tools, app);
  compete(rows, tools, runs);
  const table = goals(rows, directory);
  summarise(host, rows, table);
  if (json) {
    const kept = rows.map(({ app: _, ...row }) => row);
    writeFileSync(json, `${JSON.stringify({ machine: host, app: path.basename(app), tools: kept, goals: table }, null, 1)}\n`);
  }
}

const directory = mkdtempSync(path.join(os.tmpdir(), "prologue-bench-"));
try {
  main(directory);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
