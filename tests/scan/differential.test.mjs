// Our reader against oxc-parser and rolldown, and against itself, file by file: a sample of the fixtures, all of
// them with --full, and the checkouts that --suites names (test262, a peer's fixtures).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { fixtures, project, prologue, run, sanitized, scan, top } from "./helper.mjs";

const FULL = Boolean(process.env.PROLOGUE_FULL);
const EVERY = FULL ? 1 : sanitized ? 50 : 10;

function againstPeers(t, folder, sample, name = "reader") {
  const script = join(top, `tests/differential/${name}.mjs`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--binary", prologue, "--sample", sample, folder], { encoding: "utf8", maxBuffer: 1 << 28 });
  for (const line of stdout.split("\n")) if (line.endsWith("}")) t.diagnostic(line);
  assert.equal(status, 0, stdout + stderr);
}

for (const [name, folder] of [["przm", "przm"], ["workspace", "pnpm-workspace"]]) {
  test(`${name}: as oxc-parser and rolldown read it`, (t) => againstPeers(t, join(top, "build/fixtures", folder), `1/${EVERY}`));
}
test("a suite is told by its layout, a test's goal and dialect by what it says of itself", (t) => {
  const fixture = "babel/packages/babel-parser/test/fixtures";
  const root = project(t, {
    "test262/test/language/module.js": "/*---\nflags: [module]\n---*/\nimport './a'; await /'/",
    "test262/test/language/script.js": "/*---\nflags: [noStrict]\n---*/\nvar await; with (await) /'/\n--> '",
    "test262/test/language/strict.js": "/*---\nflags:\n  - onlyStrict\nnegative:\n  phase: parse\n---*/\nwith (a ;",
    "test262/test/annexB/a.md": "no test",
    [`${fixture}/options.json`]: { sourceType: "module", plugins: ["typescript"] },
    [`${fixture}/a/input.js`]: "export import a = require('b')",
    [`${fixture}/jsx/options.json`]: { plugins: ["jsx"] },
    [`${fixture}/jsx/input.js`]: "import a from 'b'; <p>'{import('c')}</p>",
    [`${fixture}/flow/options.json`]: { plugins: ["flow"] },
    [`${fixture}/flow/input.js`]: "type A = {| b: ?C |}",
    "other/test.js": "(",
  });
  const suites = (folder) => spawnSync(process.execPath, [join(top, "tests/differential/suites.mjs"), "--binary", prologue, folder], { encoding: "utf8" });
  const { status, stdout, stderr } = suites(root);
  const counts = { compared: 2, rejected: 0, flow: 0, different: 0, notCertain: 0, unsure: 0 };
  assert.equal(status, 0, stdout + stderr);
  for (const reading of ["as it is", "whole"]) {
    assert.ok(stdout.includes(`Babel, ${reading}: ${JSON.stringify({ tests: 3, ...counts, flow: 1 })}\n`), stdout);
    assert.ok(stdout.includes(`test262, ${reading}: ${JSON.stringify({ tests: 3, ...counts, rejected: 1 })}\n`), stdout);
  }
  assert.equal(suites(join(root, "other")).status, 2);
});

if (process.env.PROLOGUE_SUITES) {
  test("the suites: as oxc-parser and rolldown read them", (t) => againstPeers(t, process.env.PROLOGUE_SUITES, sanitized ? "1/20" : "1/1", "suites"));
}

function inspect(files, reader) {
  const { stdout } = run(["inspect", "--files-from", "-", "--reader", reader], { input: files.join("\n") });
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

for (const [name, { root, args }] of Object.entries(fixtures)) {
  test(`${name}: lexer and grammar see the same`, (t) => {
    const { root: real, modules } = scan(root, args);
    const own = modules.filter(({ path }, i) => i % EVERY === 0 || !/(^|\/)node_modules\//.test(path));
    const files = own.map(({ path }) => join(real, path)).filter((path) => !path.endsWith(".mdx"));
    const grammar = inspect(files, "grammar");
    const differences = [];
    let unsure = 0;
    inspect(files, "lexer").forEach((lexer, i) => {
      if (lexer.unsure || grammar[i].unsure) unsure++;
      else if (JSON.stringify({ ...lexer, reader: 0 }) !== JSON.stringify({ ...grammar[i], reader: 0 })) differences.push({ lexer, grammar: grammar[i] });
    });
    t.diagnostic(`${files.length} files, ${unsure} of which one reader is not sure`);
    assert.deepEqual(differences.slice(0, 5), [], `${differences.length} files differ`);
    assert.ok(unsure <= files.length * 0.1);
  });
}
