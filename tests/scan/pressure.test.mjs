// A limit that is near: what can be had again is dropped, and the report is the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { project, run, withoutStats } from "./helper.mjs";

const PACKAGES = 40;

/** Packages whose data and listings take many times what their modules take. */
function heavy(t) {
  const files = { "src/a.ts": Array.from({ length: PACKAGES }, (_, i) => `import 'p${i}'`).join("\n") };
  for (let i = 0; i < PACKAGES; i++) {
    const exports = { ".": "./lib/main.mjs", "./x": "./lib/x.mjs" };
    for (let k = 0; k < 700; k++) exports[`./sub${k}`] = { import: `./lib/${k}.mjs`, default: `./lib/${k}.cjs` };
    const base = `node_modules/p${i}`;
    files[`${base}/package.json`] = { name: `p${i}`, main: i % 5 ? "x" : 1, exports };
    files[`${base}/lib/main.mjs`] = `'use client'; import './other'; import 'p${(i + 1) % PACKAGES}/x'; import 'p${i}/gone'`;
    files[`${base}/lib/x.mjs`] = "import './other'";
    files[`${base}/lib/other.mjs`] = "";
    for (let k = 0; k < 100; k++) files[`${base}/lib/filler-with-a-name-that-is-long-${k}.txt`] = "";
  }
  return project(t, files);
}

test("package data and listings are dropped and had again: the same report", (t) => {
  const root = heavy(t);
  const args = ["scan", root, "--entry", "src/a.ts", "--json", "--edges"];
  const whole = run([...args, "--memory-limit", "64MiB"]);
  const trace = join(project(t), "trace");
  const { packages, listings } = subsystems(whole.stdout);
  assert.ok(packages > 4 << 20, `${packages} bytes of package data`);
  for (const [limit, threads] of [[4096, 1], [2560, 4], [1536, 2]]) {
    const near = run([...args, "--memory-limit", `${limit}KiB`, "--threads", `${threads}`, "--memory-trace", trace]);
    assert.equal(near.status, 0, near.stderr);
    assert.equal(withoutStats(near.stdout), withoutStats(whole.stdout), `${limit} KiB`);
    assert.ok(subsystems(near.stdout).total <= limit << 10);
    const last = readFileSync(trace, "utf8").trim().split("\n").at(-1);
    assert.match(last, /"packagesDropped":[1-9]/);
    if (limit === 1536) {
      assert.match(last, /"listingsDropped":[1-9]/);
      assert.match(last, /"shrunk":[1-9]/);
      assert.ok(subsystems(near.stdout).listings < listings);
    }
  }
});

function subsystems(report) {
  const { memory } = JSON.parse(report).stats;
  const peak = (name) => memory.subsystems[name].peak;
  return { total: memory.peak, packages: peak("package data"), listings: peak("directory listings") };
}

test("a file that is longer than what is left comes in pieces", (t) => {
  const line = "f(a / b, `${x}`); // a line of text\n";
  const root = project(t, { "src/long.js": `'use client';\n${line.repeat(80_000)}import('./end')`, "src/end.js": "" });
  const report = JSON.parse(run(["scan", root, "--json", "--memory-limit", "1MiB"]).stdout);
  assert.deepEqual([report.complete, report.clientFiles, report.modules.length], [true, ["src/long.js"], 2]);
  assert.ok(report.stats.memory.peak <= 1 << 20);
});
