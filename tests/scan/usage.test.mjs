// Exit statuses, usage errors, and what goes to which stream.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { project, run, scan } from "./helper.mjs";

test("--help and --version", () => {
  assert.deepEqual(run(["--version"]), { status: 0, stdout: "prologue 0.1.0\n", stderr: "" });
  for (const args of [["--help"], ["scan", "--help"], ["inspect", "--help"], ["resolve", "--help"]]) {
    const { status, stdout, stderr } = run(args);
    assert.deepEqual([status, stderr], [0, ""], args.join(" "));
    assert.match(stdout, /prologue/);
  }
  assert.match(run(["scan", "--help"]).stdout, /--memory-limit/);
});

test("wrong usage is named exactly, on standard error, with exit 2", (t) => {
  const root = project(t, { "src/a.ts": "" });
  const cases = [
    [[], /COMMAND|Usage|usage/], [["sacn"], /sacn/], [["scan", "--entrry", "x"], /--entrry/], [["scan", root, root], /./],
    [["scan", root, "--entry"], /--entry/], [["scan", root, "--threads", "many"], /--threads.*many|many.*--threads/], [["scan", root, "--threads", "0"], /--threads/],
    [["scan", root, "--threads", "100000"], /--threads/], [["scan", root, "--memory-limit", "lots"], /lots/], [["scan", root, "--mode", "test"], /test/],
    [["scan", root, "--color", "mauve"], /mauve/], [["scan", root, "--env", "nonsense"], /nonsense/], [["scan", root, "--alias", "x"], /--alias/],
    [["scan", root, "--directive", "x"], /--directive/], [["scan", root, "--json=1"], /--json/],
    [["inspect"], /./], [["inspect", "--reader", "guess", "a.js"], /guess/], [["resolve"], /./], [["resolve", "x"], /--from/], [["resolve", "x", "--from", "a.js", "--kind", "odd"], /odd/],
  ];
  for (const [args, pattern] of cases) {
    const { status, stdout, stderr } = run(args);
    assert.deepEqual([status, stdout], [2, ""], args.join(" "));
    assert.match(stderr, pattern, args.join(" "));
  }
});

test("options may be glued with =, and -- ends them", (t) => {
  const root = project(t, { "src/a.ts": "'use client'" });
  assert.equal(scan(root, ["--threads=2", "--entry=src/a.ts"], { status: 0 }).stats.threads, 2);
  assert.equal(run(["scan", "--json", "--", root]).status, 0);
});

test("the default root is the working directory", (t) => {
  const root = project(t, { "src/a.ts": "'use client'" });
  const { status, stdout } = run(["scan", "--json"], { cwd: root });
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout).clientFiles, ["src/a.ts"]);
});

test("an empty project", (t) => {
  const report = scan(project(t), [], { status: 0 });
  assert.deepEqual([report.modules, report.diagnostics, report.entries], [[], [], []]);
});

test("exit 0 with warnings, 1 with errors", (t) => {
  const root = project(t, { "src/a.ts": "'use client'; import './gone'" });
  scan(root, [], { status: 0 });
  writeFileSync(join(root, "src/b.ts"), "'use client'; 'use server'");
  scan(root, [], { status: 1 });
});

test("the default output is for people", (t) => {
  const root = project(t, { "src/a.tsx": "'use client';\nimport './gone'", "src/b.ts": "'use server'", "node_modules/p/index.js": "'use client'; require('./lost')", "src/c.ts": "import 'p'" });
  const { status, stdout } = run(["scan", root, "--entry", "src/c.ts"]);
  assert.equal(status, 0);
  for (const word of ["src/a.tsx", "src/b.ts", "./gone", "src/a.tsx:2:9"]) assert.ok(stdout.includes(word), word);
  assert.doesNotMatch(stdout, /\u001b\[/, "no colour off a terminal");
  assert.match(run(["scan", root, "--color", "always"], { env: { NO_COLOR: "" } }).stdout, /\u001b\[/);
  assert.doesNotMatch(run(["scan", root, "--color", "auto"]).stdout, /\u001b\[/);
});

test("--json prints the report alone; --quiet silences standard error", (t) => {
  const root = project(t, { "src/a.ts": "'use client'; import './gone'" });
  const { stdout, stderr } = run(["scan", root, "--json", "--quiet"]);
  assert.equal(stderr, "");
  assert.ok(stdout.endsWith("}\n"));
  JSON.parse(stdout);
});

test("--output is written to a temporary name, then renamed", (t) => {
  const root = project(t, { "src/a.ts": "'use client'" });
  const out = project(t, { "report.json": "old" });
  const before = statSync(join(out, "report.json")).ino;
  assert.equal(run(["scan", root, "--json", "--output", join(out, "report.json")]).status, 0);
  assert.notEqual(statSync(join(out, "report.json")).ino, before);
  assert.deepEqual(JSON.parse(readFileSync(join(out, "report.json"))).clientFiles, ["src/a.ts"]);
  assert.deepEqual(readdirSync(out), ["report.json"]);
});

test("an --output that cannot be written is told of, and nothing is left", (t) => {
  const root = project(t, { "src/a.ts": "'use client'" });
  const out = project(t, { taken: "" });
  for (const path of [join(out, "gone/report.json"), join(out, "taken/report.json")]) {
    const { status, stderr } = run(["scan", root, "--json", "--output", path]);
    assert.notEqual(status, 0);
    assert.ok(stderr.includes(path), stderr);
  }
  mkdirSync(join(out, "folder"));
  assert.notEqual(run(["scan", root, "--json", "--output", join(out, "folder")]).status, 0);
  assert.deepEqual(readdirSync(out).sort(), ["folder", "taken"]);
  assert.deepEqual(readdirSync(join(out, "folder")), []);
});

test("a wrong usage or a missing entry leaves --output as it was", (t) => {
  const root = project(t, { "src/a.ts": "", "report.json": "old" });
  const file = join(root, "report.json");
  chmodSync(file, 0o644);
  assert.equal(run(["scan", root, "--entry", "src/gone.ts", "--json", "--output", file]).status, 2);
  assert.equal(readFileSync(file, "utf8"), "old");
});

test("a closed standard output is no crash", (t) => {
  const root = project(t, { "src/a.ts": "'use client'" });
  const { status } = run(["scan", root, "--json"], { wrap: ["bash", "-c", '"$@" >/dev/full', "bash"] });
  assert.ok(status > 0 && status < 128, `exit ${status}`);
});
