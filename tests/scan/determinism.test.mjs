// The same input gives the same report, byte for byte, with any number of threads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtures, project, run, sanitized, withoutStats } from "./helper.mjs";

const RUNS = sanitized && !process.env.PROLOGUE_FULL ? 2 : 20;
const THREADS = ["1", "2", "8", "64"];

// One file in both environments, found from many sides at once, with failures.
function tangle(t) {
  const files = {};
  for (let i = 0; i < 400; i++) {
    const near = [i * 7, i * 13 + 1, i * i, i + 1].map((n) => n % 400);
    const directive = i % 11 === 0 ? "'use client';" : i % 17 === 0 ? "'use server';" : "";
    files[`src/d${i % 9}/m${i}.ts`] = `${directive}${near.map((n) => `import "../d${n % 9}/m${n}";`).join("")} import "./gone${i % 40}"; import "p${i % 5}";`;
  }
  for (let i = 0; i < 4; i++) {
    files[`node_modules/p${i}/package.json`] = { exports: { browser: "./b.js", default: "./d.js" } };
    files[`node_modules/p${i}/b.js`] = `'use client'; require("p${i + 1}"); require("./lost")`;
    files[`node_modules/p${i}/d.js`] = `require("p${(i + 2) % 4}")`;
  }
  return { root: project(t, files), args: ["--entry", "src/d1/m1.ts", "--entry", "client=src/d2/m2.ts"] };
}

for (const [name, of] of [["przm", () => fixtures.przm], ["workspace", () => fixtures.workspace], ["a tangle", tangle]]) {
  test(`${name}: ${RUNS} runs each on ${THREADS.join(", ")} threads`, (t) => {
    const { root, args } = of(t);
    const once = (threads) => withoutStats(run(["scan", root, ...args, "--json", "--edges", "--threads", threads]).stdout);
    const first = once("1");
    for (let i = 0; i < RUNS; i++) {
      for (const threads of THREADS) assert.ok(once(threads) === first, `run ${i} on ${threads} threads differs`);
    }
  });
}
