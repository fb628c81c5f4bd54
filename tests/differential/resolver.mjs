// Compares where `prologue resolve` leads with enhanced-resolve and oxc-resolver, for every import below the folders,
// in both environments and as both kinds. Where those two agree, ours is the same.
//   node tests/differential/resolver.mjs [--binary FILE] [--sample N/M] [--limit N] [--report FILE] FOLDER...
// Where the two differ, --report FILE gets a line: what is asked, the three answers, and what Node.js itself does.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { filesBelow } from "./pool.mjs";
import { nodeSays } from "./resolver_node.mjs";
import { ENVIRONMENTS, peersSay } from "./resolver_peers.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    binary: { type: "string", default: fileURLToPath(new URL("../../build/release/prologue", import.meta.url)) },
    sample: { type: "string", default: "1/1" },
    limit: { type: "string", default: "20" },
    report: { type: "string" },
  },
});

async function* lines(args, input) {
  const folder = mkdtempSync(join(tmpdir(), "prologue-resolver-"));
  try {
    writeFileSync(join(folder, "input"), input);
    const command = ["-c", 'input=$1; shift; exec "$@" <"$input"', "sh", join(folder, "input"), options.binary, ...args];
    const child = spawn("sh", command, { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
    if (child.exitCode === null) await once(child, "exit");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each (folder, specifier) once, with the first file that asks. */
async function distinctImports(files) {
  const found = new Map();
  for await (const { path, imports } of lines(["inspect", "--files-from", "-"], files.join("\n"))) {
    for (const { specifier, kind } of imports) {
      const key = `${dirname(path)}\0${specifier}`;
      if (kind !== "glob" && !found.has(key)) found.set(key, { from: path, specifier });
    }
  }
  return [...found.values()];
}

function sampled(imports) {
  const [nth, of] = options.sample.split("/").map(Number);
  return imports.filter((_, index) => index % of === (nth - 1) % of);
}

const variants = ["import", "require"].flatMap((kind) => Object.keys(ENVIRONMENTS).map((environment) => ({ kind, environment })));
const shown = ({ resolved, external, ignored }) => (external ? "external" : ignored ? "ignored" : resolved);

const files = positionals.flatMap((path) => [...filesBelow(resolve(path))].map((file) => file.path));
const questions = sampled(await distinctImports(files)).flatMap((asked) => variants.map((variant) => ({ ...asked, ...variant })));
const counts = { files: files.length, questions: questions.length, answered: 0, paths: 0, unresolved: 0, external: 0, ignored: 0, wrong: 0, peersDiffer: 0 };
const differing = [];

for await (const answer of lines(["resolve", "--batch"], questions.map((question) => JSON.stringify(question)).join("\n"))) {
  const question = questions[counts.answered++];
  const ours = shown(answer);
  const { enhanced, oxc } = peersSay(question);
  counts[ours === null ? "unresolved" : ours === "external" || ours === "ignored" ? ours : "paths"]++;
  if (enhanced !== oxc) differing.push({ ...question, ours, enhanced, oxc });
  else if (ours !== enhanced && ++counts.wrong <= Number(options.limit)) console.log(JSON.stringify({ ...question, ours, peers: enhanced }));
}
counts.peersDiffer = differing.length;
if (options.report) {
  const node = nodeSays(differing);
  writeFileSync(options.report, differing.map((item, i) => `${JSON.stringify({ ...item, node: node[i] })}\n`).join(""));
}

console.log(JSON.stringify(counts));
if (!questions.length || counts.answered !== questions.length) {
  console.error(`resolve answered ${counts.answered} of ${questions.length} questions`);
  process.exitCode = 2;
} else if (counts.wrong) process.exitCode = 1;
