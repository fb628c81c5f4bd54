// Our reader beside the readers that others use: the same files, in memory, on one thread, in turns. See README.md.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { decimal, fail, machine, median, print } from "./table.mjs";

const top = fileURLToPath(new URL("..", import.meta.url));
const reader = path.join(top, "build/release/reader_bench");
const WARM = 2; // rounds of each process that do not count: code is compiled in them

const DECLARATION = /\.d\.[^.]+$|\.d\.[^/]*\.ts$/;

function files(folder, pattern) {
  if (!existsSync(folder)) fail(`${folder} is missing; ./dev bench reader makes it`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && pattern.test(item.name) && !DECLARATION.test(item.name))
    .map((item) => path.join(item.parentPath ?? item.path, item.name))
    .sort();
}

/** What is read, and by whom: a lexer of modules knows neither JSX nor types. */
const SETS = [
  {
    name: "published JavaScript",
    files: () => [
      ...files(path.join(top, "build/fixtures/przm/node_modules"), /\.[cm]?js$/),
      ...files(path.join(top, "bench/node_modules"), /\.[cm]?js$/),
    ],
    tools: ["prologue", "es-module-lexer", "oxc-parser", "rolldown", "tree-sitter"],
    goal: { tool: "es-module-lexer", least: 3 },
  },
  {
    name: "application TSX",
    files: () => files(path.join(top, "build/fixtures/przm/src"), /\.tsx?$/),
    tools: ["prologue", "oxc-parser", "rolldown", "tree-sitter"],
    goal: { tool: "tree-sitter", least: 10 },
  },
];

function command(tool) {
  const rounds = String(WARM + 1);
  if (tool === "prologue") return [reader, [rounds]];
  if (tool === "tree-sitter") return [reader, ["--tree-sitter", "1"]]; // nothing of it is compiled late
  return [process.execPath, [path.join(top, "bench/peers/reader.mjs"), tool, rounds]];
}

function measure(tool, list) {
  const [program, args] = command(tool);
  const { status, stdout, stderr } = spawnSync(program, args, { input: list, encoding: "utf8", maxBuffer: 1 << 24 });
  if (status !== 0) fail(`${tool}: exit ${status}\n${stderr}`);
  const result = JSON.parse(stdout);
  return { ...result, ms: result.ms.at(-1) };
}

function compete(set, runs) {
  const list = set.files().join("\n") + "\n";
  const rows = set.tools.map((tool) => ({ tool, samples: [] }));
  for (let round = 0; round < runs; round++) {
    for (const row of rows) {
      if (row.tool === "tree-sitter" && round > 0) continue; // takes as long as everything else together
      row.samples.push(measure(row.tool, list));
    }
    console.error(`${set.name}: round ${round + 1} of ${runs}`);
  }
  const [ours] = rows;
  for (const row of rows) {
    const pairs = row.samples.map((sample, round) => sample.ms / ours.samples[round].ms);
    Object.assign(row, { ms: median(row.samples.map(({ ms }) => ms)), times: median(pairs) });
  }
  const { files: count, bytes, grammar } = ours.samples[0];
  const measured = rows.find(({ tool }) => tool === set.goal.tool).times;
  return { set: set.name, files: count, bytes, grammarFiles: grammar, goal: { ...set.goal, measured, met: measured >= set.goal.least }, rows };
}

function show({ set, files: count, bytes, grammarFiles, goal, rows }) {
  console.log(`${set}: ${count} files, ${(bytes / 1e6).toFixed(1)} MB, ${grammarFiles} of them by the grammar (${((100 * grammarFiles) / count).toFixed(2)} %)\n`);
  print(["reader", "runs", "min ms", "median", "MB/s", "refused", "ours is"], rows.map((row) => [
    row.tool, String(row.samples.length), decimal(Math.min(...row.samples.map(({ ms }) => ms))), decimal(row.ms),
    String(Math.round(bytes / row.ms / 1e3)), String(row.samples[0].refused ?? 0), `${decimal(row.times)} x`,
  ]));
  console.log(`goal: at least ${goal.least} x ${goal.tool}; measured ${decimal(goal.measured)}: ${goal.met ? "met" : "not met"}\n`);
}

const { values } = parseArgs({ options: { runs: { type: "string", default: "7" }, json: { type: "string" } } });
const runs = Number(values.runs);
try {
  if (!Number.isInteger(runs) || runs < 1) fail(`--runs ${values.runs}: not a positive number`);
  if (!existsSync(reader) || !statSync(reader).isFile()) fail("build/release/reader_bench is not built; run: ./dev build");
  const host = machine();
  console.log(`${host.cores} cores (${host.cpu}), ${host.kernel}, node ${host.node}, load ${host.load.toFixed(2)} at the start\n`);
  const results = SETS.map((set) => compete(set, runs));
  for (const result of results) show(result);
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine: host, sets: results }, null, 1)}\n`);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
}
