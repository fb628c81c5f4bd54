// Compares the files of one batch after the other, in a thread of its own: see pool.mjs.
import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { differences, inspect, isUncertain, mdxDifferences } from "./compare.mjs";
import { expected, expectedMdx } from "./reader_oxc.mjs";

const countsOf = ({ imports, directives, functionDirectives }) => ({
  imports: imports.length,
  elided: imports.filter(({ elided }) => elided).length,
  directives: directives.length,
  functions: functionDirectives.length,
});

// A reader that is forced may answer that it is not sure; then there is nothing to compare.
function compareFile(seen, forced) {
  const bytes = readFileSync(seen.path);
  const source = bytes.toString("utf8");
  const result = { path: seen.path, bytes: bytes.length, differences: [] };
  if (!Buffer.from(source).equals(bytes)) return { ...result, state: "notText" };
  const mdx = seen.path.endsWith(".mdx");
  const truth = mdx ? expectedMdx(source) : expected(seen.path, source);
  if (!truth) return { ...result, state: "rejected" };
  result.grammar = seen.reader === "grammar";
  result.unsure = seen.unsure === true;
  result.uncertain = !forced && isUncertain(seen);
  result.counts = mdx ? { imports: truth.length, elided: 0, directives: 0, functions: 0 } : countsOf(truth);
  if (!(forced && result.unsure)) result.differences = mdx ? mdxDifferences(seen, truth) : differences(seen, truth, source);
  return { ...result, state: result.differences.length ? "different" : "same" };
}

parentPort.on("message", async ({ binary, reader, files }) => {
  const results = [];
  for await (const seen of inspect(files, { binary, args: ["--threads", "1", "--reader", reader] })) results.push(compareFile(seen, reader !== "auto"));
  parentPort.postMessage(results);
});
