// The reference itself, held to the tables of the specification and to what is expected of the workspace fixture.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readFacts } from "./facts.mjs";
import { referenceScan } from "./walk.mjs";

const client = (source, path = "a.tsx") => readFacts(path, source).directives.includes("use client");
const followed = (source, path = "a.tsx") => readFacts(path, source).imports.map(({ kind, specifier }) => `${kind} ${specifier}`);

const DIRECTIVES = {
  yes: [
    '"use client";', "'use client'\nfoo()", '"use client"\r\nfoo()', '"use client" // c', '"use strict"\n"use client"', '"use awesome"\n"use client"',
    "\uFEFF'use client'", "\u00A0'use client'", "#!/usr/bin/env node\n'use client'", `/*${"x".repeat(600)}*/\n'use client'`, "/* c */ 'use client'",
    "/* a */ /* b\n*/ 'use client'", "'use strict';'use client'", "// c\r'use client'\rfoo()", "// c\u2028'use client'",
    "'use client'\n++foo", "'use client'\n!foo", "'use client'\nfoo", "'use client'", "'use server'; 'use client'", "'use client'\nlet x = ;",
  ],
  no: [
    "'use\\x20client'", "'use cli\\\nent'", "'use clients'", "'use  client'", "'use client '", "'USE CLIENT'", "('use client')", "`use client`", ";'use client'",
    "import 'a'; 'use client'", "interface A {}\n'use client'", "import type { A } from 'a'\n'use client'", "{ 'use client' }", "function f() { 'use client' }",
    "'use client'\n+foo", "'use client'\n.length", "'use client'\n?.x", "'use client'\n(foo)()", "'use client'\n[0]", "'use client'\n/re/g", "'use client'\n`t`",
    "'use client'\nin x", "'use client'\ninstanceof X", "'use client'\n, foo()", "'use client'\n? a : b", "'use client'\n=== x",
    "'use client' as const", "'use client' satisfies string", "'use client'!",
  ],
};
const IMPORTS = [
  ["import 'a'; import {} from 'b'; export * from 'c'; export { x } from 'd'", "import a", "import b", "export c", "export d"],
  ["import defer * as ns from 'a'; ns.x", "import a"],
  ["import type A from 'a'; export type { B } from 'b'; import { type C } from 'c'; export type * from 'd'; type T = import('e').T"],
  ["import { A, B } from 'a'; import { C } from 'c'; let x: C; export { A }", "import a"],
  ["import { A } from 'a'; { let A = 1; A }"],
  ["import React from 'react'; import { h } from 'h'; <a />", "import react"],
  ["/** @jsx h */ import React from 'react'; import { h } from 'h'; <a />", "import h"],
  ["import foo from 'a'; import Foo from 'b'; import c from 'c'; [<foo />, <Foo />, <c.d />]", "import b", "import c"],
  ["import A from 'a'; export default A", "import a"],
  ["import A from 'a'; export type { A }"],
  ["import x = require('a'); import y = require('b'); x(); export import z = require('c')", "require a", "require c"],
  ["import('a'); import(`b`); require('c'); require(`d`); import(e); (require)('f')", "dynamic a", "dynamic b", "require c", "require d", "require f"],
  ["import('\\u0061'); requ\\u0069re('b')", "dynamic a", "require b"],
  ["import(`./p/${n}.ts`); import('../p/' + n + '.ts'); import(`${n}/x`)", "glob ./p/*.ts", "glob ../p/*.ts"],
  ["import.meta.glob(['./a/*.ts', '!./a/b.ts']); import.meta.glob(x)", "glob ./a/*.ts,!./a/b.ts"],
  ["import('a' as string); require('b'!); (require as any)('c'); import('d' satisfies string)", "dynamic a", "require b", "require c", "dynamic d"],
  ["import.meta.glob(['./a.ts', , './b.ts'] as const); import.meta.glob?.('./c.ts'); import.meta.globEager('./d.ts')", "glob ./a.ts,./b.ts"],
  ["function f(require) { require('a') }"],
  ["function f() { require('a'); { var require } } require('b')", "require b"],
  ["{ require('a'); const require = 1 } require('b')", "require b"],
  ["(function require() { require('a') })(); require('b')", "require b"],
  ["import { createRequire } from 'module'; const require = createRequire('/'); require('a')", "import module"],
  ["try {} catch ({ require }) { require('a') } for (const require of []) require('b'); switch (1) { case 1: let require; require('c') }"],
  ["declare var require: any; require('a')", "require a"],
  ["new require('a'); x.require('b'); require.resolve('c'); require()"],
  ["<p>import('a') don't</p>; /import('b')/; // import('c')\n`import('d') ${import('e')}`", "dynamic e"],
];

test("directives", () => {
  for (const source of DIRECTIVES.yes) assert.equal(client(source), true, source);
  for (const source of DIRECTIVES.no) assert.equal(client(source), false, source);
  assert.equal(client('"use client"\n\n# Text', "a.mdx"), false);
});

test("imports", () => {
  for (const [source, ...expected] of IMPORTS) assert.deepEqual(followed(source), expected, source);
  assert.deepEqual(followed("import A from './a'\n\n<A x={import('b')} />\n\n```js\nimport 'c'\n```\n\ntext\nimport 'd'\n", "a.mdx"), ["import ./a", "dynamic b"]);
});

const folder = realpathSync(mkdtempSync(join(tmpdir(), "reference-")));
after(() => rmSync(folder, { recursive: true }));

async function scan(files, options) {
  const root = mkdtempSync(join(folder, "x"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text.startsWith("->")) symlinkSync(text.slice(2), join(root, path));
    else writeFileSync(join(root, path), text);
  }
  return referenceScan({ root, entries: [{ path: "src/main.ts" }], ...options });
}

test("a browser map replaces builtins, in the client only", async () => {
  const { pairs, unresolved } = await scan({
    "package.json": '{ "browser": { "fs": "./src/fs.ts", "path": false, "./src/a.ts": "./src/b.ts" } }',
    "src/main.ts": "import 'fs'; import 'path'; import 'os'; import './a'; import './c'",
    "src/c.ts": "'use client'; import 'fs'; import 'path'; import 'os'; import 'node:fs'; import './a'",
    "src/fs.ts": "", "src/a.ts": "", "src/b.ts": "",
  });
  assert.deepEqual(pairs, ["src/a.ts\tserver", "src/b.ts\tclient", "src/c.ts\tclient", "src/fs.ts\tclient", "src/main.ts\tserver"]);
  assert.deepEqual(unresolved, []);
});

test("references of a solution tsconfig tell what is dropped", async () => {
  const { pairs } = await scan({
    "tsconfig.json": '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
    "tsconfig.app.json": '{ "compilerOptions": { "verbatimModuleSyntax": true }, "include": ["src"], }',
    "src/main.ts": "import { A } from './a'; import { type B } from './b'; import type { C } from './c'",
    "src/a.ts": "", "src/b.ts": "", "src/c.ts": "",
  });
  assert.deepEqual(pairs, ["src/a.ts\tserver", "src/b.ts\tserver", "src/main.ts\tserver"]);
});

test("globs", async () => {
  const { pairs } = await scan({
    "src/main.ts": "import './[x]/y'; import('pkg'); import.meta.glob('/src/g/**/*.ts'); import.meta.glob('./r/*.ts', { query: '?raw' })",
    "src/[x]/y.ts": "import(`../p/${n}`); import('./' + n + '.js')",
    "src/[x]/z.js": "", "src/x/z.js": "",
    "src/p/a.ts": "", "src/p/b.css": "", "src/p/.c.ts": "", "src/p/d/e.ts": "",
    "src/g/a.ts": "", "src/g/node_modules/b.ts": "", "src/g/c/d.ts": "", "src/r/a.ts": "",
    "node_modules/pkg/index.js": "require('./locale/' + n + '.js')", "node_modules/pkg/locale/en.js": "",
  });
  const paths = pairs.map((pair) => pair.split("\t")[0]);
  assert.deepEqual(paths, ["node_modules/pkg/index.js", "node_modules/pkg/locale/en.js", "src/[x]/y.ts", "src/[x]/z.js", "src/g/a.ts", "src/g/c/d.ts", "src/main.ts", "src/p/a.ts"]);
});

test("source folders", async () => {
  const { clientFiles, filesRead } = await scan({
    "src/main.ts": "",
    "src/a.tsx": "'use client'", "src/.b/b.tsx": "'use client'", "src/node_modules/c.tsx": "'use client'", "src/d.d.ts": "'use client'",
    "other/e.tsx": "'use client'", "src/link": "->../other", "src/again": "->../other", "src/up": "->.", "src/in": "->../node_modules/f",
    "node_modules/f/f.tsx": "'use client'",
  });
  assert.deepEqual(clientFiles, ["other/e.tsx", "src/a.tsx"]);
  assert.equal(filesRead, 3);
});

test("file URLs, dots and queries", async () => {
  const root = mkdtempSync(join(folder, "x"));
  mkdirSync(join(root, "src/d"), { recursive: true });
  writeFileSync(join(root, "src/a b.ts"), "");
  writeFileSync(join(root, "src/c%20d.ts"), "");
  writeFileSync(join(root, "src/e.client.tsx"), "");
  writeFileSync(join(root, "src/d/index.ts"), "import '..'; import '.'; import '../e.client'; import './c%20d'");
  writeFileSync(join(root, "src/index.ts"), `import "file://${root}/src/a%20b.ts"; import "./c%20d"; import "./d?raw"; import "./d/"`);
  const { pairs, unresolved } = await referenceScan({ root, entries: [{ path: "src/index.ts" }] });
  assert.deepEqual(pairs.map((pair) => pair.split("\t")[0]), ["src/a b.ts", "src/c%20d.ts", "src/d/index.ts", "src/e.client.tsx", "src/index.ts"]);
  assert.deepEqual(unresolved.map(({ specifier }) => specifier), ["./c%20d"]);
});

const fixtures = fileURLToPath(new URL("../../fixtures/pnpm-workspace/", import.meta.url));
const built = fileURLToPath(new URL("../../build/fixtures/pnpm-workspace/", import.meta.url));

test("the workspace", { skip: !existsSync(join(built, "node_modules/.installed")) && "not installed" }, async () => {
  const expected = JSON.parse(readFileSync(join(fixtures, "expect.json"), "utf8"));
  const report = await referenceScan({ root: join(built, expected.root), entries: expected.entries });
  const { clientFiles, serverFiles, unresolved } = report;
  assert.deepEqual(clientFiles, expected.clientFiles);
  assert.deepEqual(serverFiles, expected.serverFiles);
  assert.deepEqual(unresolved, expected.unresolved);
  assert.deepEqual(report.pairs.filter((pair) => !pair.includes("node_modules/")), expected.firstPartyPairs);
  for (const path of expected.notVisited) {
    assert.ok(existsSync(join(built, expected.root, path)), path);
    assert.ok(!report.pairs.some((pair) => pair.startsWith(`${path}\t`)), path);
  }
});
