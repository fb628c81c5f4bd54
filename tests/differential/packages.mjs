// The readers over published packages: packages/1 to packages/10 pin a tenth of the set each.
//   node tests/differential/packages.mjs [--binary FILE] [--reading plain|whole]... TENTH...      (installed; ./dev differential installs them)
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareAll, filesBelow } from "./pool.mjs";

const here = fileURLToPath(new URL("packages", import.meta.url));
const SHOWN = 20; // differences of one package
const SHARES = { ".js .mjs .cjs .jsx": 1, ".tsx": 5 }; // of the files that may need the grammar, in percent
const THE_REST = "(what these need)";

const { values: options, positionals: tenths } = parseArgs({
  allowPositionals: true,
  options: {
    binary: { type: "string", default: fileURLToPath(new URL("../../build/release/prologue", import.meta.url)) },
    reading: { type: "string", multiple: true, default: ["plain"] },
  },
});

// ---- files ---------------------------------------------------------------------------------------

// node_modules/@a/b/node_modules/c -> every package in it, its own node_modules not included.
function* packagesBelow(modules) {
  if (!existsSync(modules)) return;
  const names = readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .flatMap(({ name }) => (name.startsWith("@") ? readdirSync(join(modules, name)).map((below) => `${name}/${below}`) : [name]));
  for (const name of names.sort()) {
    yield { name, folder: join(modules, name), nested: modules.split(sep).filter((part) => part === "node_modules").length > 1 };
    yield* packagesBelow(join(modules, name, "node_modules"));
  }
}

const versions = new Set();

// A package that several tenths need is compared once in a run.
function isNew({ folder }) {
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const id = `${name}@${version}`;
  return !versions.has(id) && Boolean(versions.add(id));
}

function* filesOf({ folder }) {
  const own = join(folder, "node_modules") + sep;
  for (const file of filesBelow(folder)) if (!file.path.startsWith(own)) yield file;
}

function filesOfTenth(folder) {
  const listed = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).dependencies;
  const packages = [...packagesBelow(join(folder, "node_modules"))].filter(isNew);
  return packages.flatMap((item) => {
    const row = !item.nested && listed[item.name] ? `${item.name} ${listed[item.name]}` : THE_REST;
    return [...filesOf(item)].map((file) => ({ ...file, row }));
  });
}

// ---- counts --------------------------------------------------------------------------------------

const zero = () => ({ files: 0, bytes: 0, imports: 0, elided: 0, directives: 0, functions: 0, rejected: 0, notText: 0, grammar: 0, uncertain: 0, different: 0 });

function count(into, result) {
  into.files++;
  into.bytes += result.bytes;
  into.rejected += result.state === "rejected";
  into.notText += result.state === "notText";
  into.different += result.state === "different";
  into.grammar += Boolean(result.grammar);
  into.uncertain += Boolean(result.uncertain);
  for (const key of Object.keys(result.counts ?? {})) into[key] += result.counts[key];
}

const COLUMNS = [
  ["files", ({ files }) => files],
  ["MB", ({ bytes }) => (bytes / 1e6).toFixed(1)],
  ["imports", ({ imports }) => imports],
  ["elided", ({ elided }) => elided],
  ["directives", ({ directives }) => directives],
  ["in functions", ({ functions }) => functions],
  ["rejected", ({ rejected }) => rejected],
  ["not text", ({ notText }) => notText],
  ["grammar", ({ grammar }) => grammar],
  ["not certain", ({ uncertain }) => uncertain],
  ["different", ({ different }) => different],
];

function printTable(title, rows) {
  const width = Math.max(title.length, ...[...rows.keys()].map((name) => name.length));
  const line = (name, cells) => console.log(name.padEnd(width) + cells.map((cell, i) => `  ${String(cell).padStart(Math.max(8, COLUMNS[i][0].length))}`).join(""));
  line(title, COLUMNS.map(([head]) => head));
  for (const [name, counts] of rows) line(name, COLUMNS.map(([, cell]) => cell(counts)));
}

const rowIn = (rows, name) => rows.get(name) ?? rows.set(name, zero()).get(name);

// ---- the run -------------------------------------------------------------------------------------

let passed = 0, failed = 0;

function judge(good) {
  good ? passed++ : failed++;
}

function shownProblem(counts, { path, differences, uncertain }) {
  if (counts.different + counts.uncertain > SHOWN) return;
  console.log([relative(here, path), ...differences, ...(uncertain ? ["  not certain"] : [])].join("\n"));
}

async function runTenth(tenth, reading, sums) {
  const files = filesOfTenth(join(here, tenth));
  if (files.length === 0) throw new Error(`tenth ${tenth} is not installed: ./dev differential ${tenth}`);
  const rowOf = new Map(files.map(({ path, row }) => [path, row]));
  const rows = new Map(files.map(({ row }) => [row, zero()]));
  await compareAll(files, { binary: options.binary, reading }, (result) => {
    const counts = rows.get(rowOf.get(result.path));
    for (const into of [counts, rowIn(sums, extname(result.path)), rowIn(sums, "total")]) count(into, result);
    if (result.differences.length || result.uncertain) shownProblem(counts, result);
  });
  for (const { different, uncertain } of rows.values()) judge(different + uncertain === 0);
  printTable(`tenth ${tenth}, ${reading}`, rows);
}

function judgeShares(sums) {
  for (const [extensions, limit] of Object.entries(SHARES)) {
    const rows = extensions.split(" ").map((extension) => sums.get(extension) ?? zero());
    const [files, grammar] = ["files", "grammar"].map((key) => rows.reduce((sum, row) => sum + row[key], 0));
    const share = files ? (100 * grammar) / files : 0;
    console.log(`${extensions}: the grammar read ${share.toFixed(2)} % of ${files} files (at most ${limit} % is wanted)`);
    judge(share <= limit);
  }
}

async function run(reading) {
  const sums = new Map();
  versions.clear();
  for (const tenth of tenths) await runTenth(tenth, reading, sums);
  printTable(`by extension, ${reading}`, new Map([...sums].sort()));
  judgeShares(sums);
}

for (const reading of options.reading) await run(reading);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
