// Compares the files of one batch after the other, in a thread of its own: see pool.mjs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { parentPort } from "node:worker_threads";
import { differences, inspect, isUncertain } from "./compare.mjs";
import { expectedMdx } from "./mdx_truth.mjs";
import { expected } from "./reader_oxc.mjs";

const countsOf = ({ imports, directives, functionDirectives }) => ({
  imports: imports.length,
  elided: imports.filter(({ elided }) => elided).length,
  directives: directives.length,
  functions: functionDirectives.length,
});

// Whole: every string is a configured directive, and an import at the end makes the lexer read to the last byte.
const READINGS = {
  plain: { args: [], options: {}, change: (source) => source },
  whole: { args: ["--directive", "*="], options: { isConfigured: () => true }, change: (source) => `${source}\n;import("./end");\n` },
};

// null: no text.
function textOf(path) {
  const bytes = readFileSync(path);
  const source = bytes.toString("utf8");
  return Buffer.from(source).equals(bytes) ? source : null;
}

// A reader that is forced may answer that it is not sure; then there is nothing to compare.
function compareFile({ path, source }, seen, { options }, forced) {
  const result = { path, bytes: Buffer.byteLength(source), differences: [] };
  const truth = path.endsWith(".mdx") ? expectedMdx(source, options) : expected(path, source, options);
  if (!truth) return { ...result, state: "rejected" };
  result.grammar = seen.reader === "grammar";
  result.unsure = seen.unsure === true;
  result.uncertain = !forced && isUncertain(seen);
  result.counts = countsOf(truth);
  if (!(forced && result.unsure)) result.differences = differences(seen, truth, source);
  return { ...result, state: result.differences.length ? "different" : "same" };
}

async function compareTexts(texts, { binary, reader, reading = "plain" }) {
  const folder = mkdtempSync(join(tmpdir(), "prologue-reader-"));
  try {
    const files = texts.map(({ path }, i) => join(folder, i + extname(path)));
    texts.forEach(({ source }, i) => writeFileSync(files[i], source));
    const results = [];
    for await (const seen of inspect(files, { binary, args: ["--threads", "1", "--reader", reader, ...READINGS[reading].args] })) {
      results.push(compareFile(texts[results.length], seen, READINGS[reading], reader !== "auto"));
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

parentPort.on("message", async (message) => {
  const { change } = READINGS[message.reading ?? "plain"];
  const read = message.files.map((path) => ({ path, source: textOf(path) }));
  const texts = read.filter(({ source }) => source !== null).map(({ path, source }) => ({ path, source: path.endsWith(".mdx") ? source : change(source) }));
  const others = read.filter(({ source }) => source === null).map(({ path }) => ({ path, bytes: 0, differences: [], state: "notText" }));
  parentPort.postMessage([...others, ...(await compareTexts(texts, message))]);
});
