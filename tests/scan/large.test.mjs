// Files beyond what is held at once: read in pieces, with nothing lost and in bounded memory.
import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { project, run, sanitized, scan } from "./helper.mjs";

const MIB = 1 << 20;
const LARGE = sanitized ? { bytes: 24 * MIB, limit: 4 } : { bytes: 200 * MIB, limit: 32 };

function inspect(file, limit = 32) {
  const { status, stdout, stderr } = run(["inspect", "--memory-limit", `${limit}MiB`, file]);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

function write(t, name, parts) {
  const file = join(project(t), name);
  writeFileSync(file, "");
  for (const part of parts) appendFileSync(file, part);
  return file;
}

function* repeated(text, bytes) {
  const block = text.repeat(Math.ceil(MIB / text.length));
  for (let done = 0; done < bytes; done += block.length) yield block;
}

const specifiers = ({ imports }) => imports.map(({ specifier, elided }) => (elided ? `-${specifier}` : specifier));

for (const extension of ["js", "ts"]) {
  test(`a .${extension} file of ${LARGE.bytes / MIB} MiB under a limit of ${LARGE.limit} MiB`, (t) => {
    const root = project(t, { "src/a.js": "", "src/z.js": "", "src/t.js": "" });
    const large = join(root, `src/large.${extension}`);
    writeFileSync(large, '"use client";\nimport a from "./a.js";\nimport { T } from "./t.js";\n');
    for (const part of repeated("export const item = { name: `x${1}`, list: [/2'/, 3], call() { return a(0) } };\n", LARGE.bytes)) {
      appendFileSync(large, part);
    }
    appendFileSync(large, 'export const last = () => import("./z.js");\n');
    const report = scan(root, ["--memory-limit", `${LARGE.limit}MiB`, "--threads", "4"]);
    assert.equal(report.complete, true);
    assert.ok(report.stats.memory.peak <= LARGE.limit * MIB);
    assert.deepEqual(report.diagnostics, []);
    const reached = report.modules.map(({ path, environments }) => `${path} ${environments}`);
    const expected = ["a.js", `large.${extension}`, ...(extension === "ts" ? [] : ["t.js"]), "z.js"];
    assert.deepEqual(reached, expected.map((name) => `src/${name} client`));
  });
}

test("comments, strings, templates and lines of many MiB are passed over", (t) => {
  const bytes = sanitized ? 8 * MIB : 50 * MIB;
  const file = write(t, "long.js", [
    'import "./a.js"; export default "', ...repeated("x", bytes), '"; /*', ...repeated("c", bytes), '*/ import "./b.js"; `',
    ...repeated("t", bytes), "`; //", ...repeated("l", bytes), '\nrequire("./c.js")',
  ]);
  const seen = inspect(file, 8);
  assert.deepEqual(specifiers(seen), ["./a.js", "./b.js", "./c.js"]);
  assert.deepEqual(seen.diagnostics, []);
  assert.equal(seen.imports[2].line, 2);
});

for (const [name, open, inner, close] of [
  ["brackets", "(", 'import("./z.js")', ")"],
  ["arrays", "[", 'import("./z.js")', "]"],
  ["templates", "`${", 'import("./z.js")', "}`"],
  ["elements", "<a>", '{import("./z.js")}', "</a>"],
  ["functions", "()=>{", 'import("./z.js")', "}"],
  ["blocks", "{", 'import("./z.js")', "}"],
]) {
  test(`100,000 nested ${name}`, (t) => {
    const depth = 100_000;
    const head = name === "blocks" ? "" : "export default ";
    const file = write(t, "deep.jsx", [`import "./a.js";\n${head}`, open.repeat(depth), inner, close.repeat(depth)]);
    const seen = inspect(file);
    assert.deepEqual(specifiers(seen), ["./a.js", "./z.js"]);
    assert.deepEqual(seen.diagnostics, []);
  });
}

test("a name that is used more often than is remembered", (t) => {
  const uses = "a(1); b.c(); ".repeat(20_000);
  const elided = (body) => specifiers(inspect(write(t, "many.ts", [`import a from "./a";\nimport b from "./b";\n`, body])));
  assert.deepEqual(elided(uses), ["./a", "./b"]);
  assert.deepEqual(elided(`function f() { ${uses} var a }`), ["-./a", "./b"]);
  assert.deepEqual(elided(`function f(b) { ${uses} { let a; ${uses} } function g() { ${uses} } var a } ${"b;".repeat(9000)}`), ["-./a", "./b"]);
  assert.deepEqual(elided(`(a, b) => { ${uses} }; { ${uses} class a {} } ${"x;".repeat(9000)}`), ["-./a", "./b"]);
});
