import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { project, run } from "./helper.mjs";

const files = {
  "src/a.ts": "",
  "src/b.ts": "",
  "node_modules/p/package.json": { name: "p", exports: { ".": { "react-server": "./s.js", import: "./i.js", require: "./r.js" }, "./only": { browser: "./b.js" } } },
  "node_modules/p/s.js": "", "node_modules/p/i.js": "", "node_modules/p/r.js": "", "node_modules/p/b.js": "",
};

test("one specifier: where it leads, exit 0; not resolved, exit 1", (t) => {
  const root = project(t, files);
  const found = run(["resolve", "./b", "--from", "src/a.ts"], { cwd: root });
  assert.equal(found.status, 0);
  assert.ok(found.stdout.includes(join(root, "src/b.ts")), found.stdout);
  const lost = run(["resolve", "./gone", "--from", "src/a.ts"], { cwd: root });
  assert.equal(lost.status, 1);
  assert.match(lost.stdout + lost.stderr, /gone/);
});

test("--json and --trace", (t) => {
  const root = project(t, files);
  const { status, stdout } = run(["resolve", "p", "--from", "src/a.ts", "--json", "--trace"], { cwd: root });
  assert.equal(status, 0);
  const line = JSON.parse(stdout);
  assert.equal(line.resolved, join(root, "node_modules/p/s.js"));
});

test("--batch: JSON lines in, JSON lines out, same order, unknown keys echoed", (t) => {
  const root = project(t, files);
  const from = join(root, "src/a.ts");
  const inside = join(root, "node_modules/p");
  const asked = [
    { from, specifier: "./b", environment: "client", kind: "import", id: 7, extra: { deep: [1, "é"] } },
    { from, specifier: "p", environment: "server", kind: "import" },
    { from, specifier: "p", environment: "client", kind: "import" },
    { from, specifier: "p", environment: "client", kind: "require" },
    { from, specifier: "p/only", environment: "client", kind: "import" },
    { from, specifier: "p/only", environment: "server", kind: "import" },
    { from, specifier: "node:fs", environment: "server", kind: "import" },
    { from, specifier: "./gone", environment: "server", kind: "dynamic" },
  ];
  const wanted = [join(root, "src/b.ts"), join(inside, "s.js"), join(inside, "i.js"), join(inside, "r.js"), join(inside, "b.js"), null, null, null];
  const { status, stdout } = run(["resolve", "--batch"], { cwd: root, input: asked.map((line) => `${JSON.stringify(line)}\n`).join("") });
  assert.equal(status, 0);
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ resolved }) => resolved), wanted);
  assert.deepEqual(lines.map(({ external }) => external), asked.map(({ specifier }) => specifier === "node:fs"));
  assert.ok(lines.every(({ ignored }) => ignored === false));
  lines.forEach((line, i) => assert.deepEqual(Object.fromEntries(Object.keys(asked[i]).map((key) => [key, line[key]])), asked[i]));
});

test("--batch goes on after a line that is no request", (t) => {
  const root = project(t, files);
  const good = JSON.stringify({ from: join(root, "src/a.ts"), specifier: "./b" });
  const { status, stdout } = run(["resolve", "--batch"], { cwd: root, input: `not json\n${good}\n[]\n{}\n${good}` });
  assert.equal(status, 0);
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, 5);
  assert.deepEqual([lines[1].resolved, lines[4].resolved], Array(2).fill(join(root, "src/b.ts")));
});

test("--batch answers line by line", async (t) => {
  const { start } = await import("./helper.mjs");
  const root = project(t, files);
  const { child, exit } = start(["resolve", "--batch"], { cwd: root });
  const answer = new Promise((resolve) => child.stdout.once("data", resolve));
  child.stdin.write(`${JSON.stringify({ from: join(root, "src/a.ts"), specifier: "./b" })}\n`);
  assert.equal(JSON.parse(await answer).resolved, join(root, "src/b.ts"));
  child.stdin.end();
  assert.equal((await exit).status, 0);
});
