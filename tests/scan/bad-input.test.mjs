// One test for each row of the table of bad input, at least.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { diagnostic, diagnostics, link, paths, project, run, scan, write } from "./helper.mjs";

const SMALL_STACK = ["bash", "-c", 'ulimit -s 1024; exec "$@"', "bash"];
const AS_NOBODY = process.getuid() === 0 ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];

test("an entry that does not exist is named, and nothing is scanned", (t) => {
  const root = project(t, { "src/a.ts": "" });
  const { status, stdout, stderr } = run(["scan", root, "--entry", "src/a.ts", "--entry", "src/gone.tsx", "--json"]);
  assert.equal(status, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /src\/gone\.tsx/);
});

test("a root or a source folder that does not exist is named", (t) => {
  const root = project(t, { "src/a.ts": "", file: "" });
  for (const args of [[join(root, "gone")], [join(root, "file")], [root, "--src", "gone"], [root, "--src", "file"]]) {
    const { status, stdout, stderr } = run(["scan", ...args, "--json"]);
    assert.equal(status, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.match(stderr, /gone|file/);
  }
});

test("an import that does not resolve is a warning at its place, and the scan goes on", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "./b";\n  import { x } from "./gone"; x();\nimport "gone-package/sub"; import "#gone";\n',
    "src/b.ts": "try { require('optional') } catch {}",
    "src/other.ts": '"use client"; import "./gone";',
  });
  const report = scan(root, ["--entry", "src/a.ts"], { status: 0 });
  assert.deepEqual(paths(report), ["src/a.ts", "src/b.ts", "src/other.ts"]);
  const found = diagnostic(report, { path: "src/a.ts", specifier: "./gone" });
  assert.equal(found.severity, "warning");
  assert.equal(found.code, "unresolved-import");
  assert.deepEqual([found.line, found.column, found.environment, found.count], [2, 22, "server", 1]);
  assert.ok(found.message.length > 10, "a reason is given");
  diagnostic(report, { specifier: "gone-package/sub", line: 3, column: 9, code: "unresolved-import" });
  diagnostic(report, { specifier: "#gone", line: 3, code: "unresolved-import" });
  assert.equal(diagnostic(report, { specifier: "./gone", path: "src/other.ts" }).environment, "client");
  assert.equal(diagnostic(report, { specifier: "optional" }).severity, "info");
  assert.equal(report.stats.unresolved, 5);
});

test("at most 20 diagnostics of a kind, the last with the count of the rest", (t) => {
  const root = project(t, { "src/a.ts": Array.from({ length: 50 }, (_, i) => `import "./gone${i}";`).join("\n") });
  const found = diagnostics(scan(root, ["--entry", "src/a.ts"]), { code: "unresolved-import" });
  assert.equal(found.length, 20);
  assert.deepEqual(found.map(({ count }) => count), [...Array(19).fill(1), 31]);
});

test("a file that cannot be opened is an error, and the scan goes on", (t) => {
  const root = project(t, { "src/a.ts": 'import "./secret"; import "./c";', "src/secret.ts": "", "src/c.ts": "" });
  chmodSync(join(root, "src/secret.ts"), 0);
  const report = scan(root, ["--entry", "src/a.ts"], { status: 1, wrap: AS_NOBODY });
  const found = diagnostic(report, { severity: "error" });
  assert.equal(found.path, "src/secret.ts");
  assert.match(found.message, /permission|denied|EACCES/i);
  assert.ok(paths(report).includes("src/c.ts"));
});

test("a folder that cannot be listed is an error, and the scan goes on", (t) => {
  const root = project(t, { "src/a.ts": "'use client'", "src/closed/b.ts": "'use client'" });
  chmodSync(join(root, "src/closed"), 0);
  const report = scan(root, [], { status: 1, wrap: AS_NOBODY });
  chmodSync(join(root, "src/closed"), 0o755);
  diagnostic(report, { severity: "error", path: "src/closed" });
  assert.deepEqual(report.clientFiles, ["src/a.ts"]);
});

test("a FIFO, socket, device or folder named like a module never blocks", async (t) => {
  const names = ["pipe", "socket", "device", "folder"];
  const root = project(t, {
    "src/a.js": names.map((name) => `import "./${name}.js";`).join("\n") + "import './fine.js'",
    "src/device.js": link("/dev/zero"),
    "src/fine.js": "",
  });
  execFileSync("mkfifo", [join(root, "src/pipe.js")]);
  mkdirSync(join(root, "src/folder.js"));
  const server = createServer();
  await new Promise((resolve) => server.listen(join(root, "src/socket.js"), resolve));
  t.after(() => server.close());
  const report = scan(root, ["--entry", "src/a.js"], { timeout: 20_000 });
  for (const name of names) {
    assert.ok(report.diagnostics.some(({ path, specifier }) => path.includes(name) || specifier?.includes(name)), `${name} is told of`);
  }
  assert.deepEqual(paths(report), ["src/a.js", "src/fine.js"]);
});

test("an entry that is a FIFO is refused", (t) => {
  const root = project(t, { "src/b.js": "" });
  execFileSync("mkfifo", [join(root, "src/a.js")]);
  const { status, stderr } = run(["scan", root, "--entry", "src/a.js", "--json"], { timeout: 20_000 });
  assert.ok([1, 2].includes(status), `exit ${status}`);
  if (status === 2) assert.match(stderr, /src\/a\.js/);
});

test("inspect never blocks on a FIFO or a device", (t) => {
  const root = project(t, { "zero.js": link("/dev/zero") });
  execFileSync("mkfifo", [join(root, "pipe.js")]);
  const { status, stdout } = run(["inspect", "pipe.js", "zero.js"], { cwd: root, timeout: 20_000 });
  assert.equal(status, 1);
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ path }) => path), ["pipe.js", "zero.js"]);
  for (const line of lines) assert.ok(line.diagnostics.some(({ severity }) => severity === "error"));
});

test("symlink loops are told of", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "./loop"; import "./one/x";',
    "src/loop.ts": link("loop.ts"),
    "src/one": link("two"),
    "src/two": link("one"),
    "src/self": link("."),
    "src/up/here": link(".."),
  });
  const report = scan(root, ["--entry", "src/a.ts"]);
  assert.deepEqual(paths(report), ["src/a.ts"]);
  for (const specifier of ["./loop", "./one/x"]) diagnostic(report, { specifier });
});

test("a path over the system's limit is told of", (t) => {
  const long = [`./${"a/".repeat(3000)}x`, `./${"n".repeat(300)}`, `${"p".repeat(5000)}`];
  const root = project(t, { "src/a.ts": long.map((specifier) => `import ${JSON.stringify(specifier)};`).join("\n") });
  const report = scan(root, ["--entry", "src/a.ts"]);
  for (const specifier of long) diagnostic(report, { specifier });
  assert.deepEqual(paths(report), ["src/a.ts"]);
});

test("a source folder deeper than the longest path is told of", (t) => {
  const root = project(t, { "src/a.ts": "'use client'" });
  const dig = 'cd "$1"; for i in $(seq 20); do mkdir "$2"; cd "$2"; done; echo "\'use client\'" >deep.ts';
  execFileSync("bash", ["-c", dig, "bash", join(root, "src"), "d".repeat(250)]);
  const report = scan(root);
  assert.deepEqual(report.clientFiles.filter((path) => !path.includes("/d")), ["src/a.ts"]);
  assert.ok(report.clientFiles.length === 2 || report.diagnostics.length > 0, "nothing is left out in silence");
});

const DEEP = 100_000;
for (const [name, open, close] of [
  ["square", "[", "]"], ["round", "(", ")"], ["curly", "{", "}"], ["function", "function f(){", "}"],
  ["template", "`${", "}`"], ["element", "<a>", "</a>"], ["unclosed", "[({", ""], ["type", "A<", ">"],
]) {
  test(`100,000 nested: ${name}`, (t) => {
    const middle = { round: "0", template: "0", type: "B" }[name] ?? "";
    const head = name === "type" ? "type T = " : "";
    const body = `"use client";\n${head}${open.repeat(DEEP)}${middle}${close.repeat(DEEP)};\nrequire("./b");\n`;
    const root = project(t, { "src/a.tsx": body, "src/b.ts": "" });
    const report = scan(root, [], { wrap: SMALL_STACK, timeout: 60_000 });
    assert.deepEqual(report.clientFiles, ["src/a.tsx"]);
    const told = diagnostics(report, { path: "src/a.tsx" }).length > 0;
    assert.ok(told || paths(report).includes("src/b.ts"), "followed, or told of");
  });
}

test("a package.json nested 100,000 deep is told of", (t) => {
  const nested = (key) => `{"name":"deep","${key}":${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}}`;
  const root = project(t, {
    "src/a.ts": 'import "deep"; import "aside"; import "./b";',
    "src/b.ts": "",
    "node_modules/deep/package.json": nested("exports"),
    "node_modules/deep/index.js": "",
    "node_modules/aside/package.json": nested("config"),
    "node_modules/aside/index.js": "",
  });
  const report = scan(root, ["--entry", "src/a.ts"], { wrap: SMALL_STACK });
  assert.ok(diagnostics(report).some(({ path, specifier }) => path.includes("deep") || specifier === "deep"));
  assert.ok(paths(report).includes("src/b.ts"));
});

test("a tsconfig.json nested 100,000 deep is told of", (t) => {
  const root = project(t, { "src/a.ts": 'import "b"', "tsconfig.json": `{"compilerOptions":{"paths":${"[".repeat(DEEP)}${"]".repeat(DEEP)}}}` });
  const report = scan(root, ["--entry", "src/a.ts"], { wrap: SMALL_STACK });
  assert.ok(diagnostics(report, { path: "tsconfig.json" }).length > 0);
  assert.deepEqual(paths(report), ["src/a.ts"]);
});

test("a malformed package.json is told of, and counts as none", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "bad"; import "bad/sub";',
    "node_modules/bad/package.json": '{\n  "main": "other.js",\n  oops\n}',
    "node_modules/bad/index.js": "",
    "node_modules/bad/other.js": "",
    "node_modules/bad/sub.js": "",
  });
  const report = scan(root, ["--entry", "src/a.ts"]);
  const found = diagnostic(report, { path: "node_modules/bad/package.json" });
  assert.deepEqual([found.line, found.column], [3, 3]);
  assert.deepEqual(paths(report), ["node_modules/bad/index.js", "node_modules/bad/sub.js", "src/a.ts"]);
});

test("a value of the wrong type is told of with its key path", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "one"; import "two";',
    "node_modules/one/package.json": '{\n  "exports": {\n    ".": {\n      "import": 5\n    }\n  }\n}',
    "node_modules/one/index.js": "",
    "node_modules/two/package.json": '{\n  "name": "two",\n  "main": ["x"]\n}',
    "node_modules/two/index.js": "",
  });
  const report = scan(root, ["--entry", "src/a.ts"]);
  const one = diagnostic(report, { path: "node_modules/one/package.json" });
  assert.equal(one.line, 4);
  assert.match(one.message, /exports.*\..*import/);
  const two = diagnostic(report, { path: "node_modules/two/package.json" });
  assert.equal(two.line, 3);
  assert.match(two.message, /main/);
});

test("a malformed tsconfig.json is told of", (t) => {
  const root = project(t, { "src/a.ts": 'import "@/b";', "src/b.ts": "", "tsconfig.json": '{\n  "compilerOptions": {\n    "paths": {,\n' });
  const report = scan(root, ["--entry", "src/a.ts"]);
  const found = diagnostic(report, { path: "tsconfig.json" });
  assert.deepEqual([found.line, found.column], [3, 15]);
  write(root, { "tsconfig.json": '// c\n{ "compilerOptions": {\n  "baseUrl": 7, } }' });
  const wrong = diagnostic(scan(root, ["--entry", "src/a.ts"]), { path: "tsconfig.json" });
  assert.equal(wrong.line, 3);
  assert.match(wrong.message, /compilerOptions.*baseUrl/);
});

test("a tsconfig that extends itself, or what is not there, is told of", (t) => {
  const root = project(t, { "src/a.ts": 'import "b"', "node_modules/b/index.js": "", "tsconfig.json": '{ "extends": "./base.json" }', "base.json": '{ "extends": "./tsconfig.json" }' });
  assert.ok(scan(root, ["--entry", "src/a.ts"]).diagnostics.length > 0, "a cycle");
  write(root, { "base.json": '{ "extends": "./gone.json" }' });
  diagnostic(scan(root, ["--entry", "src/a.ts"]), { path: "base.json", line: 1, column: 14 });
});

test("configuration over 4 MiB is refused", (t) => {
  const padding = " ".repeat(5 << 20);
  const root = project(t, {
    "src/a.ts": 'import "big";',
    "tsconfig.json": `{${padding}}`,
    "node_modules/big/package.json": `{ "main": "other.js"${padding}}`,
    "node_modules/big/index.js": "",
    "node_modules/big/other.js": "",
  });
  const report = scan(root, ["--entry", "src/a.ts"]);
  diagnostic(report, { path: "tsconfig.json" });
  diagnostic(report, { path: "node_modules/big/package.json" });
  assert.deepEqual(paths(report), ["node_modules/big/index.js", "src/a.ts"]);
});

test("bytes that are no source are read as bytes", (t) => {
  const noise = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7919 + (i >> 3)) & 255));
  const utf16 = (order) => {
    const text = Buffer.from("\uFEFF'use client'; import './gone';\n", "utf16le");
    return order === "be" ? text.swap16() : text;
  };
  const root = project(t, {
    "src/nul.js": Buffer.from("\0\0\0'use client';"),
    "src/string.js": Buffer.from("'use client'; let s = 'a\0b'; import './b.js';"),
    "src/comment.js": Buffer.from("'use client'; // a\0b\nimport './b.js';"),
    "src/utf8.js": Buffer.concat([Buffer.from("'use client'; // "), Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80]), Buffer.from("\nimport './b.js';")]),
    "src/b.js": "",
    "src/le.js": utf16("le"),
    "src/be.js": utf16("be"),
    "src/binary.js": Buffer.concat([Buffer.from("\x7fELF\x02\x01\x01\0\0\0"), noise]),
    "src/empty.js": "",
    "src/mark.js": Buffer.from([0xef, 0xbb, 0xbf]),
  });
  const entries = ["nul", "string", "comment", "utf8", "le", "be", "binary", "empty", "mark"].flatMap((name) => ["--entry", `src/${name}.js`]);
  const report = scan(root, entries);
  assert.deepEqual(report.clientFiles, ["src/comment.js", "src/string.js", "src/utf8.js"]);
  assert.ok(paths(report).includes("src/b.js"));
  for (const name of ["nul", "le", "be", "binary"]) assert.ok(diagnostics(report, { path: `src/${name}.js` }).length > 0, name);
  for (const name of ["string", "comment", "utf8", "empty", "mark"]) assert.deepEqual(diagnostics(report, { path: `src/${name}.js` }), [], name);
});

test("targets that lead out of their package are refused", (t) => {
  const evil = { "evil.js": "", "node_modules/evil.js": "" };
  const root = project(t, {
    ...evil,
    "src/a.ts": 'import "exp"; import "exp/x/../../../../evil.js"; import "pattern/../../evil.js"; import "main"; import "imp";',
    "node_modules/exp/package.json": { name: "exp", exports: { ".": "./../../evil.js", "./*": "./*" } },
    "node_modules/pattern/package.json": { name: "pattern", exports: { "./*": "./src/*" } },
    "node_modules/main/package.json": { name: "main", main: "../../../evil.js" },
    "node_modules/imp/package.json": { name: "imp", imports: { "#up": "../../evil.js", "#self": "./ok.js" } },
    "node_modules/imp/index.js": 'import "#up"; import "#self";',
    "node_modules/imp/ok.js": "",
  });
  const report = scan(root, ["--entry", "src/a.ts"]);
  assert.deepEqual(paths(report), ["node_modules/imp/index.js", "node_modules/imp/ok.js", "src/a.ts"]);
  for (const specifier of ["exp", "exp/x/../../../../evil.js", "pattern/../../evil.js", "main", "#up"]) {
    assert.ok(report.diagnostics.some((item) => item.specifier === specifier || item.path === `node_modules/${specifier}/package.json`), specifier);
  }
});

test("a main that climbs inside the outermost package is followed", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "pkg/esm";',
    "node_modules/pkg/package.json": { name: "pkg" },
    "node_modules/pkg/esm/package.json": { main: "../dist/esm.js" },
    "node_modules/pkg/dist/esm.js": "",
  });
  assert.deepEqual(paths(scan(root, ["--entry", "src/a.ts"])), ["node_modules/pkg/dist/esm.js", "src/a.ts"]);
});

test("a package name with .. is refused", (t) => {
  const bad = ["@scope/../x", "@../x", "x/../../y", "@scope/..", "..x/../../../src/b.ts"];
  const root = project(t, {
    "src/a.ts": bad.map((specifier) => `import "${specifier}";`).join("\n"),
    "src/b.ts": "",
    "node_modules/x/index.js": "",
    "node_modules/x.js": "",
    "node_modules/y/index.js": "",
    "y/index.js": "",
    "node_modules/@scope/z/index.js": "",
  });
  const report = scan(root, ["--entry", "src/a.ts"]);
  assert.deepEqual(paths(report), ["src/a.ts"]);
  for (const specifier of bad) diagnostic(report, { specifier });
});

test("a line, a name and a specifier of a megabyte", (t) => {
  const long = "x".repeat(1 << 20);
  const root = project(t, { "src/a.ts": `'use client'; let ${long} = 1; import "./${long}"; import "./b";`, "src/b.ts": "" });
  const report = scan(root);
  assert.deepEqual(paths(report), ["src/a.ts", "src/b.ts"]);
  assert.ok(diagnostics(report, { code: "unresolved-import" }).length === 1);
});

test("a file that changes while it is read never crashes the scan", async (t) => {
  const root = project(t, { "src/a.ts": 'import "./b";', "src/b.ts": "" });
  const change = 'for (let i = 0; ; i++) require("fs").writeFileSync(process.argv[1], "// x\\n".repeat((i % 3) * 50_000));';
  const writer = spawn(process.execPath, ["-e", change, join(root, "src/b.ts")]);
  try {
    for (let i = 0; i < 20; i++) assert.ok(paths(scan(root, ["--entry", "src/a.ts"])).includes("src/a.ts"));
  } finally {
    writer.kill();
    await once(writer, "exit");
  }
});

test("a long file that begins with what could end a comment", (t) => {
  const root = project(t, { "a.js": `---->x;${"a=1;\n".repeat(600)}require("./b")` });
  const { status, stdout } = run(["inspect", "a.js"], { cwd: root });
  assert.equal(status, 0);
  assert.ok(JSON.parse(stdout).diagnostics.some(({ code }) => code === "syntax-error"));
});
