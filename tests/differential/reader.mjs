// Compares what `prologue inspect` sees with oxc-parser and rolldown, file by file.
//   node tests/differential/reader.mjs [--binary FILE] [--reader auto|lexer|grammar] [--sample N/M] [--limit N] FOLDER|FILE...
import { spawn } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { expected, expectedMdx } from "./reader_oxc.mjs";

const SCRIPT = /\.(?:[mc]?js|[mc]?ts|jsx|tsx|mdx)$/;
const DECLARATION = /\.d\.(?:[mc]?[jt]s|[jt]sx|[^/]*\.ts)$/;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    binary: { type: "string", default: fileURLToPath(new URL("../../build/release/prologue", import.meta.url)) },
    reader: { type: "string", default: "auto" },
    sample: { type: "string", default: "1/1" },
    limit: { type: "string", default: "20" },
  },
});

function* filesBelow(path) {
  const stat = lstatSync(path);
  if (stat.isFile() && SCRIPT.test(path) && !DECLARATION.test(path)) yield path;
  if (!stat.isDirectory()) return;
  for (const name of readdirSync(path).sort()) yield* filesBelow(join(path, name));
}

function sampled(files) {
  const [nth, of] = options.sample.split("/").map(Number);
  return files.filter((_, index) => index % of === (nth - 1) % of);
}

async function* inspect(files) {
  const folder = mkdtempSync(join(tmpdir(), "prologue-reader-"));
  const list = join(folder, "files");
  writeFileSync(list, files.join("\n") + "\n");
  try {
    const child = spawn(options.binary, ["inspect", "--reader", options.reader, "--files-from", list], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// UTF-16 offset -> what `inspect` says of it. Asked in rising order.
function locator(source) {
  let at = 0, byte = 0, line = 1, column = 1;
  const step = () => {
    const code = source.charCodeAt(at);
    const pair = code >= 0xd800 && code <= 0xdbff && at + 1 < source.length;
    byte += code < 0x80 ? 1 : code < 0x800 ? 2 : pair ? 4 : 3;
    if (code === 10 || code === 0x2028 || code === 0x2029 || (code === 13 && source.charCodeAt(at + 1) !== 10)) {
      line++;
      column = 1;
    } else if (!(at === 0 && code === 0xfeff)) column += pair ? 2 : 1;
    at += pair ? 2 : 1;
  };
  return (offset) => {
    if (offset < at) at = byte = 0, line = column = 1;
    while (at < offset) step();
    return { byte, line, column };
  };
}

function positioned(items, source) {
  const locate = locator(source);
  return items.map((item) => {
    const { byte: start, line, column } = locate(item.start);
    return { ...item, start, end: locate(item.end).byte, line, column };
  });
}

// A concatenation's span is told loosely: only what it matches is compared.
const describe = ({ kind, specifier, value, typeOnly, elided, start, end, line, column, function: name }) =>
  [kind, specifier ?? value, name, typeOnly && "type", elided && "elided", kind !== "glob" && `${start}-${end} ${line}:${column}`]
    .filter((part) => part !== false && part !== undefined)
    .map(String)
    .map((part) => part.toWellFormed?.() ?? part)
    .join(" ");

function differences(seen, truth, source) {
  const found = [];
  for (const list of ["directives", "functionDirectives", "imports"]) {
    const ours = seen[list].map(describe);
    const theirs = positioned(truth[list], source).map(describe);
    for (const item of ours) if (!theirs.includes(item)) found.push(`  + ${list} ${item}`);
    for (const item of theirs) if (!ours.includes(item)) found.push(`  - ${list} ${item}`);
    if (found.length === 0 && ours.length !== theirs.length) found.push(`  ${list}: ${ours.length}, not ${theirs.length}`);
  }
  return found;
}

function mdxDifferences(seen, truth) {
  const ours = seen.imports.map(({ kind, specifier }) => `${kind} ${specifier}`).sort();
  const theirs = truth.sort();
  return ours.join("\n") === theirs.join("\n") ? [] : [`  ${ours.join(", ")}`, `  and not ${theirs.join(", ")}`];
}

const counts = { files: 0, same: 0, different: 0, rejected: 0, notText: 0, grammar: 0, notCertain: 0, unsure: 0 };
const files = sampled(positionals.flatMap((path) => [...filesBelow(resolve(path))]));
const uncertain = ({ diagnostics }) => diagnostics.some(({ code }) => code === "not-certain");

for await (const seen of inspect(files)) {
  counts.files++;
  const bytes = readFileSync(seen.path);
  const source = bytes.toString("utf8");
  if (!Buffer.from(source).equals(bytes)) {
    counts.notText++;
    continue;
  }
  const mdx = seen.path.endsWith(".mdx");
  const truth = mdx ? expectedMdx(source) : expected(seen.path, source);
  if (!truth) {
    counts.rejected++;
    continue;
  }
  counts.grammar += seen.reader === "grammar";
  counts.notCertain += uncertain(seen);
  counts.unsure += seen.unsure === true;
  const forced = options.reader !== "auto";
  const found = forced && seen.unsure ? [] : mdx ? mdxDifferences(seen, truth) : differences(seen, truth, source);
  counts[found.length ? "different" : "same"]++;
  if (found.length && counts.different <= Number(options.limit)) console.log([seen.path, ...found].join("\n"));
  if (uncertain(seen) && !forced && counts.notCertain <= Number(options.limit)) console.log(`${seen.path}: not certain`);
}

console.log(JSON.stringify(counts));
if (counts.files !== files.length) {
  console.error(`inspect answered for ${counts.files} of ${files.length} files`);
  process.exitCode = 2;
} else if (counts.different) process.exitCode = 1;
