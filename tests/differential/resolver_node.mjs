// What Node.js itself does with an import: a real path, null, or "external" for a builtin.
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ENVIRONMENTS } from "./resolver_peers.mjs";

const self = fileURLToPath(import.meta.url);

function answer({ from, specifier, kind }) {
  if (isBuiltin(specifier)) return "external";
  try {
    if (kind === "require") return realpathSync(createRequire(from).resolve(specifier));
    const url = import.meta.resolve(specifier, pathToFileURL(from).href);
    if (!url.startsWith("file:")) return "external";
    const path = fileURLToPath(url);
    return existsSync(path) && statSync(path).isFile() ? realpathSync(path) : null;
  } catch {
    return null;
  }
}

/** One process for each environment, with its conditions; "node" is one of Node's own. */
export function nodeSays(questions) {
  const answers = [];
  for (const [name, { conditions }] of Object.entries(ENVIRONMENTS)) {
    const asked = questions.map((question, i) => ({ ...question, i })).filter(({ environment }) => environment === name);
    if (!asked.length) continue;
    const flags = conditions.filter((condition) => condition !== "node").map((condition) => `--conditions=${condition}`);
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--no-warnings", "--experimental-import-meta-resolve", ...flags, self], {
      input: JSON.stringify(asked), encoding: "utf8", maxBuffer: 1 << 30,
    });
    if (status !== 0) throw new Error(stderr);
    for (const { i, said } of JSON.parse(stdout)) answers[i] = said;
  }
  return answers;
}

if (process.argv[1] === self) {
  let input = "";
  for await (const chunk of process.stdin) input += chunk;
  process.stdout.write(JSON.stringify(JSON.parse(input).map((question) => ({ i: question.i, said: answer(question) }))));
}
