// Compares what `prologue inspect` sees with oxc-parser and rolldown, file by file.
//   node tests/differential/reader.mjs [--binary FILE] [--reader auto|lexer|grammar] [--sample N/M] [--limit N] FOLDER|FILE...
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { differences, inspect, isUncertain, mdxDifferences } from "./compare.mjs";
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

const counts = { files: 0, same: 0, different: 0, rejected: 0, notText: 0, grammar: 0, notCertain: 0, unsure: 0 };
const files = sampled(positionals.flatMap((path) => [...filesBelow(resolve(path))]));

for await (const seen of inspect(files, { binary: options.binary, args: ["--reader", options.reader] })) {
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
  counts.notCertain += isUncertain(seen);
  counts.unsure += seen.unsure === true;
  const forced = options.reader !== "auto";
  const found = forced && seen.unsure ? [] : mdx ? mdxDifferences(seen, truth) : differences(seen, truth, source);
  counts[found.length ? "different" : "same"]++;
  if (found.length && counts.different <= Number(options.limit)) console.log([seen.path, ...found].join("\n"));
  if (isUncertain(seen) && !forced && counts.notCertain <= Number(options.limit)) console.log(`${seen.path}: not certain`);
}

console.log(JSON.stringify(counts));
if (counts.files !== files.length) {
  console.error(`inspect answered for ${counts.files} of ${files.length} files`);
  process.exitCode = 2;
} else if (counts.different) process.exitCode = 1;
