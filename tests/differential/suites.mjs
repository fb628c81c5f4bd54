// Compares what `prologue inspect` sees with oxc-parser in the tests of a conformance suite.
//   node tests/differential/suites.mjs [--binary FILE] [--reader auto|lexer|grammar] [--sample N/M] [--limit N] FOLDER...
//
// Each test is read twice: as it is, and with every string a configured directive and an import at the end,
// so that the lexer has to read to the last byte and every prologue counts.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { differences, inspect, isUncertain } from "./compare.mjs";
import { expected } from "./reader_oxc.mjs";
import { suitesIn } from "./suites_layout.mjs";

const READINGS = [
  { name: "as it is", args: [], change: (source) => source },
  { name: "whole", args: ["--directive", "*="], isConfigured: () => true, change: (source) => `${source}\n;import("./end");\n` },
];
const BATCH = 1000;

const countsOf = () => ({ tests: 0, compared: 0, rejected: 0, flow: 0, different: 0, notCertain: 0, unsure: 0 });

// ---- a worker: every so many-th test of a suite ------------------------------------------------------

function truthOf(test, reading, source) {
  const { goals, extension } = test;
  return expected(`input${extension}`, source, { goals, isConfigured: reading.isConfigured });
}

function compareOne(counts, forced, reading, test, source, seen) {
  const truth = truthOf(test, reading, source);
  counts.tests++;
  if (!truth) return void counts[test.flow ? "flow" : "rejected"]++, [];
  const unsure = seen.unsure === true || isUncertain(seen);
  counts.compared++;
  counts.unsure += unsure || (!forced && seen.reader === "grammar");
  counts.notCertain += !forced && unsure;
  const found = forced && unsure ? [] : differences(seen, truth, source);
  counts.different += found.length > 0;
  if (unsure) found.unshift(`  ${forced ? "unsure" : "not certain"}: ${seen.diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`).join(", ")}`);
  return found.length ? [`${test.path} (${reading.name})`, ...found] : [];
}

async function compareBatch(counts, { binary, reader }, reading, batch) {
  const folder = mkdtempSync(join(tmpdir(), "prologue-suites-"));
  try {
    const sources = batch.map(({ source }) => reading.change(source));
    const files = batch.map(({ extension }, i) => join(folder, i + extension));
    files.forEach((file, i) => writeFileSync(file, sources[i]));
    const lines = [];
    let i = 0;
    for await (const seen of inspect(files, { binary, args: ["--reader", reader, "--threads", "1", ...reading.args] })) {
      lines.push(compareOne(counts, reader !== "auto", reading, batch[i], sources[i], seen));
      i++;
    }
    if (i !== files.length) throw new Error(`inspect answered for ${i} of ${files.length} files`);
    return lines.filter((each) => each.length).map((each) => each.join("\n"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function work({ suite, folder, nth, of, options }) {
  const tests = [...suitesIn(folder)[suite].cases()].filter((_, i) => i % of === nth);
  const counts = Object.fromEntries(READINGS.map(({ name }) => [name, countsOf()]));
  for (let at = 0; at < tests.length; at += BATCH) {
    for (const reading of READINGS) {
      const lines = await compareBatch(counts[reading.name], options, reading, tests.slice(at, at + BATCH));
      parentPort.postMessage({ lines });
    }
  }
  parentPort.postMessage({ counts });
}

// ---- all of them -------------------------------------------------------------------------------------

function addCounts(sum, counts) {
  for (const [name, own] of Object.entries(counts)) {
    for (const [key, value] of Object.entries(own)) sum[name][key] += value;
  }
}

function runWorker(data, take) {
  return new Promise((done, failed) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: data });
    worker.on("message", take).on("error", failed).on("exit", done);
  });
}

async function runSuite(folder, suite, options) {
  const sum = Object.fromEntries(READINGS.map(({ name }) => [name, countsOf()]));
  const [nth, every] = options.sample.split("/").map(Number);
  const workers = availableParallelism();
  let printed = 0;
  const take = ({ lines = [], counts }) => {
    if (counts) addCounts(sum, counts);
    for (const line of lines) if (printed++ < Number(options.limit)) console.log(line);
  };
  const share = (i) => ({ folder, suite, nth: nth - 1 + every * i, of: every * workers, options });
  await Promise.all(Array.from({ length: workers }, (_, i) => runWorker(share(i), take)));
  return sum;
}

async function main() {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      binary: { type: "string", default: fileURLToPath(new URL("../../build/release/prologue", import.meta.url)) },
      reader: { type: "string", default: "auto" },
      sample: { type: "string", default: "1/1" },
      limit: { type: "string", default: "20" },
    },
  });
  for (const folder of positionals.map((path) => resolve(path))) {
    const suites = suitesIn(folder);
    if (suites.length === 0) {
      console.error(`${folder} is no checkout of a suite that is known, and holds none`);
      process.exitCode = 2;
    }
    for (const [i, { name }] of suites.entries()) {
      const sum = await runSuite(folder, i, options);
      for (const [reading, counts] of Object.entries(sum)) {
        console.log(`${name}, ${reading}: ${JSON.stringify(counts)}`);
        if (counts.different || counts.notCertain || counts.compared === 0) process.exitCode ||= 1;
      }
    }
  }
}

await (isMainThread ? main() : work(workerData));
