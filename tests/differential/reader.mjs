// Compares what `prologue inspect` sees with oxc-parser and rolldown, file by file.
//   node tests/differential/reader.mjs [--binary FILE] [--reader auto|lexer|grammar] [--reading plain|whole] [--sample N/M] [--limit N] FOLDER|FILE...
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareAll, filesBelow } from "./pool.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    binary: { type: "string", default: fileURLToPath(new URL("../../build/release/prologue", import.meta.url)) },
    reader: { type: "string", default: "auto" },
    reading: { type: "string", default: "plain" },
    sample: { type: "string", default: "1/1" },
    limit: { type: "string", default: "20" },
  },
});

function sampled(files) {
  const [nth, of] = options.sample.split("/").map(Number);
  return files.filter((_, index) => index % of === (nth - 1) % of);
}

const counts = { files: 0, same: 0, different: 0, rejected: 0, notText: 0, grammar: 0, notCertain: 0, unsure: 0 };
const limit = Number(options.limit);
const files = sampled(positionals.flatMap((path) => [...filesBelow(resolve(path))]));

await compareAll(files, options, ({ path, state, differences, grammar, uncertain, unsure }) => {
  counts.files++;
  counts[state]++;
  counts.grammar += Boolean(grammar);
  counts.notCertain += Boolean(uncertain);
  counts.unsure += Boolean(unsure);
  if (state === "different" && counts.different <= limit) console.log([path, ...differences].join("\n"));
  if (uncertain && counts.notCertain <= limit) console.log(`${path}: not certain`);
});

console.log(JSON.stringify(counts));
if (counts.different) process.exitCode = 1;
