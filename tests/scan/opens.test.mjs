// What the scanner asks of the system, counted from outside.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fixtures, paths, project, sanitized, scan } from "./helper.mjs";

const LIMIT_PER_MODULE = 3;
const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx|mdx)$/;
const DECLARATION = /\.d\.[^/]*$/;
// LeakSanitizer cannot work in a process that is traced.
const env = { ASAN_OPTIONS: "detect_leaks=0" };

/** Runs a scan under strace: { report, opens: path -> how often, calls }. */
function trace(t, root, args) {
  const log = join(project(t), "strace");
  const report = scan(root, args, { env, wrap: ["strace", "-f", "-y", "-qq", "-e", "signal=none", "-o", log] });
  const lines = readFileSync(log, "utf8").split("\n");
  const opens = new Map();
  let calls = 0;
  for (const line of lines) {
    if (/^\d+ +(?:<\.\.\. )?\w+.* = /.test(line)) calls++;
    const opened = /(?:^\d+ +|<\.\.\. )(?:openat2?|open)\b.* = \d+<([^>]+)>/.exec(line);
    if (!opened) continue;
    const path = opened[1];
    if (SCRIPT.test(path) && !DECLARATION.test(path)) opens.set(path, (opens.get(path) ?? 0) + 1);
  }
  const ring = lines.some((line) => /io_uring_enter/.test(line));
  assert.ok(!ring, "opens through a ring cannot be counted here");
  return { report, opens, calls };
}

function checkOpens({ report, opens }) {
  const twice = [...opens].filter(([, count]) => count > 1);
  assert.deepEqual(twice, []);
  const opened = new Set([...opens.keys()].map((path) => relative(report.root, path)));
  assert.deepEqual(paths(report).filter((path) => !opened.has(path)), []);
  assert.equal(opened.size, report.stats.filesRead);
}

for (const [name, { root, args }] of Object.entries(fixtures)) {
  test(`no script of ${name} is opened twice, and filesRead agrees`, (t) => checkOpens(trace(t, root, [...args, "--threads", "4"])));
}

test("2,000 importers of one file on 8 threads: one open", (t) => {
  const files = { "src/shared.ts": "export const x = 1;" };
  for (let i = 0; i < 2000; i++) files[`src/importers/m${i}.ts`] = 'import "../shared"; import "../shared.js"; export * from "../importers/../shared.ts";';
  files["src/main.ts"] = Array.from({ length: 2000 }, (_, i) => `import "./importers/m${i}";`).join("\n");
  const root = project(t, files);
  const traced = trace(t, root, ["--entry", "src/main.ts", "--threads", "8"]);
  assert.equal(traced.opens.get(resolve(root, "src/shared.ts")), 1);
  assert.equal(traced.report.stats.modules, 2002);
  checkOpens(traced);
});

test("sources that are looked at only are opened once too", (t) => {
  const files = {};
  for (let i = 0; i < 300; i++) files[`src/f${i % 7}/m${i}.ts`] = i % 3 ? "" : `'use client'; import "../f${(i + 1) % 7}/m${i + 1}"`;
  const root = project(t, files);
  checkOpens(trace(t, root, ["--threads", "8"]));
});

test(`at most ${LIMIT_PER_MODULE} system calls for each module of przm`, { skip: sanitized && "sanitizers make calls of their own" }, (t) => {
  const { root, args } = fixtures.przm;
  const { report, calls } = trace(t, root, [...args, "--threads", "2"]);
  const each = calls / report.stats.modules;
  t.diagnostic(`${calls} calls, ${each.toFixed(2)} for each module`);
  assert.ok(each <= LIMIT_PER_MODULE, `${each}`);
});

test("what is not there is looked for once, however many ask", (t) => {
  const asked = ["./gone.js", "./gone", "./gone/deeper", "../gone.ts", "gone", "gone/sub", "@gone/x", "p/gone", "#gone"];
  const looked = [10, 500].map((importers) => {
    const files = { "node_modules/p/package.json": { name: "p", exports: { "./gone": "./gone.js" } } };
    for (let i = 0; i < importers; i++) files[`src/m${i}.js`] = asked.map((specifier) => `import "${specifier}";`).join("");
    files["src/main.js"] = Array.from({ length: importers }, (_, i) => `import "./m${i}.js";`).join("");
    const root = project(t, files);
    const log = join(root, "strace");
    const report = scan(root, ["--entry", "src/main.js", "--threads", "1"], { env, wrap: ["strace", "-f", "-qq", "-e", "trace=%file", "-o", log] });
    assert.equal(report.stats.unresolved, importers * asked.length);
    return readFileSync(log, "utf8").split("\n").filter((line) => line.includes("gone")).length;
  });
  t.diagnostic(`${looked} calls`);
  assert.ok(looked[0] > 0 && looked[1] <= looked[0], `${looked}`);
});
