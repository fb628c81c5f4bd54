// Compares what `prologue inspect` sees in MDX documents with what @mdx-js/mdx does. Documents that it
// rejects are counted and not compared; of all others the reader must be certain.
//   node tests/differential/mdx.mjs [--binary FILE] [--limit N] FOLDER|FILE...
//   node tests/differential/mdx.mjs [--binary FILE] [--limit N] --generate COUNT [--seed FIRST] [--keep]
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { differences, inspect, isUncertain } from "./compare.mjs";
import { generate } from "./mdx_generate.mjs";
import { expectedMdx } from "./mdx_truth.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    binary: { type: "string", default: fileURLToPath(new URL("../../build/release/prologue", import.meta.url)) },
    limit: { type: "string", default: "20" },
    generate: { type: "string" },
    seed: { type: "string", default: "1" },
    keep: { type: "boolean" },
  },
});

function* documentsBelow(path) {
  const stat = lstatSync(path);
  if (stat.isFile() && path.endsWith(".mdx")) yield path;
  if (!stat.isDirectory()) return;
  for (const name of readdirSync(path).sort()) yield* documentsBelow(join(path, name));
}

function generated(folder) {
  return Array.from({ length: Number(options.generate) }, (_, i) => {
    const seed = Number(options.seed) + i, file = join(folder, `${seed}.mdx`);
    writeFileSync(file, generate(seed));
    return file;
  });
}

function problems(seen, source, truth) {
  const found = differences(seen, truth, source);
  if (seen.imports.some(({ start }, i) => i > 0 && start <= seen.imports[i - 1].start)) found.push("  out of order");
  if (isUncertain(seen)) found.push("  not certain");
  return found;
}

const folder = mkdtempSync(join(tmpdir(), "prologue-mdx-"));
const files = options.generate ? generated(folder) : positionals.flatMap((path) => [...documentsBelow(resolve(path))]);
const counts = { files: 0, rejected: 0, same: 0, different: 0, imports: 0 };

for await (const seen of inspect(files, { binary: options.binary })) {
  const source = readFileSync(seen.path, "utf8");
  const truth = expectedMdx(source);
  counts.files++;
  if (!truth) {
    counts.rejected++;
    continue;
  }
  const found = problems(seen, source, truth);
  counts.imports += truth.imports.length;
  counts[found.length ? "different" : "same"]++;
  if (found.length && counts.different <= Number(options.limit)) console.log([seen.path, ...found].join("\n"));
}

if (!options.keep) rmSync(folder, { recursive: true });
console.log(JSON.stringify(counts));
if (counts.different || counts.files !== files.length) process.exitCode = 1;
