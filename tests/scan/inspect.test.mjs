import assert from "node:assert/strict";
import { test } from "node:test";
import { project, run } from "./helper.mjs";

const inspect = (root, args, options) => {
  const { status, stdout } = run(["inspect", ...args], { cwd: root, ...options });
  return { status, lines: stdout.trim().split("\n").map((line) => JSON.parse(line)) };
};

const source = `'use strict'; 'use client';
import a, { b } from "./a";
import type { T } from "./t";
import { U } from "./u";
export * from './e';
import('./d'); require("./r"); import(\`./g/\${a}.ts\`);
function save() { "use server"; }
a(b as T as U);
`;

test("one JSON line for each file, in the given order, as the path was given", (t) => {
  const root = project(t, { "b.ts": source, "a.js": "" });
  const { status, lines } = inspect(root, ["./b.ts", "a.js", "b.ts"]);
  assert.equal(status, 0);
  assert.deepEqual(lines.map(({ path }) => path), ["./b.ts", "a.js", "b.ts"]);
  const [first] = lines;
  assert.deepEqual(Object.keys(first).sort(), ["diagnostics", "directives", "functionDirectives", "imports", "path", "reader"]);
  assert.deepEqual(first.directives.map(({ value }) => value), ["use strict", "use client"]);
  assert.deepEqual(first.functionDirectives.map((item) => [item.value, item.function]), [["use server", "save"]]);
  assert.deepEqual(first.imports.map(({ specifier, kind, typeOnly, elided }) => [specifier, kind, typeOnly, elided]), [
    ["./a", "import", false, false], ["./t", "import", true, false], ["./u", "import", false, true], ["./e", "export", false, false],
    ["./d", "dynamic", false, false], ["./r", "require", false, false], [first.imports[6].specifier, "glob", false, false],
  ]);
  for (const { specifier, kind, start, end } of first.imports) if (kind !== "glob") assert.equal(source.slice(start, end), specifier);
  assert.deepEqual([first.imports[0].line, first.imports[0].column], [2, 23]);
});

test("both readers see the same", (t) => {
  const root = project(t, { "b.ts": source });
  const [lexer] = inspect(root, ["b.ts", "--reader", "lexer"]).lines;
  const [grammar] = inspect(root, ["b.ts", "--reader", "grammar"]).lines;
  assert.deepEqual([lexer.reader, grammar.reader], ["lexer", "grammar"]);
  assert.deepEqual({ ...lexer, reader: 0 }, { ...grammar, reader: 0 });
});

test("--files-from a file and standard input", (t) => {
  const root = project(t, { "a.js": "'use client'", "b.js": "", list: "b.js\na.js\n" });
  assert.deepEqual(inspect(root, ["--files-from", "list"]).lines.map(({ path }) => path), ["b.js", "a.js"]);
  assert.deepEqual(inspect(root, ["--files-from", "-"], { input: "a.js\nb.js" }).lines.map(({ path }) => path), ["a.js", "b.js"]);
});

test("a file that cannot be read: exit 1, and the others are still read", (t) => {
  const root = project(t, { "a.js": "'use client'" });
  const { status, lines } = inspect(root, ["gone.js", "a.js"]);
  assert.equal(status, 1);
  assert.deepEqual(lines.map(({ path }) => path), ["gone.js", "a.js"]);
  assert.equal(lines[0].diagnostics[0].severity, "error");
  assert.equal(lines[1].directives[0].value, "use client");
});

test("--directive and --no-elide count", (t) => {
  const root = project(t, { "a.ts": "import { T } from './t'; function f() { 'use step' } let x: T" });
  const plain = inspect(root, ["a.ts"]).lines[0];
  assert.deepEqual([plain.imports[0].elided, plain.functionDirectives], [true, []]);
  const more = inspect(root, ["a.ts", "--no-elide", "--directive", "use step="]).lines[0];
  assert.deepEqual([more.imports[0].elided, more.functionDirectives[0].function], [false, "f"]);
});

// Each file cut short at every byte, and with one byte of it spoiled.
for (const reader of ["lexer", "grammar"]) {
  test(`what is left of a source is read without a crash: ${reader}`, (t) => {
    const text = `import a, { type B, c as d } from "./a";\nimport x = require("y"); enum E { A = <T>1 }\nexport * as q from './q'; ${source}`;
    const files = { "whole.tsx": text };
    for (let i = 0; i < text.length; i++) {
      files[`cut${i}.tsx`] = text.slice(0, i);
      files[`spoiled${i}.ts`] = `${text.slice(0, i)}@${text.slice(i + 1)}`;
    }
    const root = project(t, files);
    const { lines } = inspect(root, ["--reader", reader, "--files-from", "-"], { input: Object.keys(files).join("\n") });
    assert.equal(lines.length, Object.keys(files).length);
    // Alone too: what one file leaves behind may hide what the next one does.
    Object.keys(files).filter((name, i) => i % 9 === 0).forEach((name) => inspect(root, ["--reader", reader, name]));
  });
}

test("a broken import alone", (t) => {
  for (const text of ['import a, { b @ } from "./a";', 'import x quire("y");', "import a, { type\0", "import {", "import * as", "'use server'\nimport x ="]) {
    const root = project(t, { "a.ts": text, "b.js": text });
    for (const name of ["a.ts", "b.js"]) assert.equal(inspect(root, [name]).lines.length, 1);
  }
});
