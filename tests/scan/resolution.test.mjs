// Rare shapes of specifiers and manifests: what enhanced-resolve and oxc-resolver agree on.
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { test } from "node:test";
import { diagnostics, project, run, scan } from "./helper.mjs";

/** Asks `[from, specifier, wanted, environment?]` of a project; `wanted` is a path, null, "external" or "ignored". */
function ask(t, files, questions) {
  const root = project(t, files);
  const input = questions.map(([from, specifier, , environment = "server"]) => JSON.stringify({ from: join(root, from), specifier, environment, kind: "import" })).join("\n");
  const { stdout } = run(["resolve", "--batch"], { cwd: root, input });
  const answers = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const shown = answers.map(({ resolved, external, ignored }) => (external ? "external" : ignored ? "ignored" : resolved && relative(root, resolved)));
  assert.deepEqual(
    shown.map((answer, i) => [...questions[i].slice(0, 2), answer]),
    questions.map(([from, specifier, wanted]) => [from, specifier, wanted]),
  );
}

const main = "src/main.js";

test("names that begin with a dot are packages", (t) => {
  ask(t, { [main]: "", "node_modules/.prisma/client/index.js": "" }, [
    [main, ".prisma/client", "node_modules/.prisma/client/index.js"],
    [main, ".prisma/client/index.js", "node_modules/.prisma/client/index.js"],
    [main, ".prisma/gone", null],
  ]);
});

test("subpaths of a package without exports: dots, slashes, nested node_modules, never out of it", (t) => {
  const files = {
    [main]: "", "node_modules/p/package.json": { name: "p", main: "./lib/a.js" }, "node_modules/p/lib/a.js": "",
    "node_modules/p/node_modules/q/index.js": "", "node_modules/other/index.js": "", "b.js": "",
  };
  ask(t, files, [
    [main, "p/./lib/a", "node_modules/p/lib/a.js"],
    [main, "p/lib/../lib/a.js", "node_modules/p/lib/a.js"],
    [main, "p//lib//a.js", "node_modules/p/lib/a.js"],
    [main, "p/.", "node_modules/p/lib/a.js"],
    [main, "p//", "node_modules/p/lib/a.js"],
    [main, "p/lib/..", "node_modules/p/lib/a.js"],
    [main, "p/node_modules/q", "node_modules/p/node_modules/q/index.js"],
    [main, "p/../other", null],
    [main, "p/lib/../../other", null],
  ]);
});

test("a subpath with two slashes does not begin at the root of the file system", (t) => {
  const root = project(t, { [main]: "", "outside.js": "", "node_modules/p/package.json": { name: "p" } });
  const { status } = run(["resolve", `p/${root}/outside.js`, "--from", main], { cwd: root });
  assert.equal(status, 1);
});

test("exports: a folder's key stands for what is below it, a subpath that ends in a slash for nothing", (t) => {
  const files = {
    [main]: "",
    "node_modules/p/package.json": { name: "p", exports: { "./": "./", "./lib/": "./dist/", "./lib/*.css": "./css/*.css", "./bad/": "./dist", "./x/*": "./dist/*" } },
    "node_modules/p/a.js": "", "node_modules/p/dist/b.js": "", "node_modules/p/dist/index.js": "", "node_modules/p/css/c.css": "",
  };
  ask(t, files, [
    [main, "p/a.js", "node_modules/p/a.js"],
    [main, "p/lib/b.js", "node_modules/p/dist/b.js"],
    [main, "p/lib/c.css", "node_modules/p/css/c.css"],
    [main, "p/lib/../a.js", null],
    [main, "p/bad/b.js", null],
    [main, "p/lib/", null],
    [main, "p/x/b.js", "node_modules/p/dist/b.js"],
    [main, "p/x/b.js/", null],
    [main, "p/x/", null],
  ]);
});

test("`..` may be a file with an extension, `../` and `.` are folders", (t) => {
  ask(t, { "lib.js": "", "lib/in/z.js": "", "d.js": "", "d/index.js": "", "d/z.js": "" }, [
    ["lib/in/z.js", "..", "lib.js"],
    ["lib/in/z.js", "../", null],
    ["d/z.js", ".", "d/index.js"],
    ["d/z.js", "./", "d/index.js"],
  ]);
});

test("browser maps: a specifier that ends in a slash asks for the folder's index", (t) => {
  const at = "node_modules/p/z.js";
  const files = {
    [at]: "", "node_modules/p/package.json": { name: "p", browser: { "./lib": "./x.js", "./lib/g.js": "./x.js", "./d": "./x.js", "./d/index.js": "./y.js" } },
    "node_modules/p/lib/index.js": "", "node_modules/p/lib/g.js": "", "node_modules/p/d/index.js": "", "node_modules/p/x.js": "", "node_modules/p/y.js": "",
  };
  ask(t, files, [
    [at, "./lib", "node_modules/p/x.js", "client"],
    [at, "./lib/", "node_modules/p/lib/index.js", "client"],
    [at, "./lib/g.js/", null, "client"],
    [at, "./d", "node_modules/p/x.js", "client"],
    [at, "./d/", "node_modules/p/y.js", "client"],
  ]);
});

const paths = { "@/*": ["./src/*"] };
const fromConfig = { compilerOptions: { paths: { "@/*": ["${configDir}/src/*"] } } };

test("tsconfig references: the first project that includes the importer, where the solution does not", (t) => {
  const files = {
    "tsconfig.json": { files: [], references: [{ path: "./tsconfig.node.json" }, { path: "./tsconfig.app.json" }, { path: "./tool" }] },
    "tsconfig.node.json": { compilerOptions: { paths: { "@/*": ["./gone/*"] } }, include: ["vite.config.ts"] },
    "tsconfig.app.json": { compilerOptions: { paths }, include: ["src/**/*.ts"] },
    "tool/tsconfig.json": { compilerOptions: { paths: { "@/*": ["./*"] } } },
    "src/deep/m.ts": "", "src/x.ts": "", "tool/x.ts": "", "other/m.ts": "",
    "own/tsconfig.json": { compilerOptions: { paths }, references: [{ path: "../tool" }] }, "own/src/x.ts": "",
  };
  ask(t, files, [
    ["src/deep/m.ts", "@/x", "src/x.ts"],
    ["src/x.ts", "@/x", "src/x.ts"],
    ["tool/x.ts", "@/x", "tool/x.ts"],
    ["other/m.ts", "@/x", null],
    ["own/src/x.ts", "@/x", "own/src/x.ts"],
  ]);
});

test("tsconfig extends: a package's exports and its tsconfig member; ${configDir} is the extending file's folder", (t) => {
  const files = {
    "node_modules/@repo/base/package.json": { name: "@repo/base", exports: { "./base": "./cfg/a.json", "./by/*": { types: "./no.json", default: "./cfg/*.json" } } },
    "node_modules/@repo/base/cfg/a.json": fromConfig,
    "node_modules/named/package.json": { name: "named", tsconfig: "./deep/base.json" }, "node_modules/named/deep/base.json": fromConfig,
    "node_modules/url/tsconfig.json": { compilerOptions: { baseUrl: "${configDir}/src" } },
  };
  const extended = { exact: "@repo/base/base", star: "@repo/base/by/a", named: "named", file: "../node_modules/@repo/base/cfg/a.json" };
  const questions = [];
  for (const [name, target] of Object.entries(extended)) {
    Object.assign(files, { [`${name}/tsconfig.json`]: { extends: target }, [`${name}/src/x.ts`]: "" });
    questions.push([`${name}/src/x.ts`, "@/x", `${name}/src/x.ts`]);
  }
  Object.assign(files, { "url/tsconfig.json": { extends: "url" }, "url/src/x.ts": "" });
  ask(t, files, [...questions, ["url/src/x.ts", "x", "url/src/x.ts"]]);
});

test("a complaint about a tsconfig has its own place, whatever was read meanwhile", (t) => {
  const root = project(t, {
    "tsconfig.json": '{\n  "extends": [\n    "p/gone",\n    7\n  ]\n}\n', "src/m.ts": 'import "x";',
    "node_modules/p/package.json": { name: "p", exports: { "./a": "./a.json" } },
  });
  const found = diagnostics(scan(root, ["--entry", "src/m.ts"]), { code: "invalid-tsconfig" });
  assert.deepEqual(found.map(({ path, line, column }) => [path, line, column]), [["tsconfig.json", 3, 5], ["tsconfig.json", 4, 5]]);
});

test("a file that was asked for as a folder is still a file", (t) => {
  const files = { [main]: "", "src/a.js": "", "src/b.js": "", "src/w/package.json": { main: "./index" }, "src/w/index": "", "src/w/index.js": "" };
  ask(t, files, [
    [main, "./a.js/", null],
    [main, "./a.js", "src/a.js"],
    [main, "./b.js/x", null],
    [main, "./b.js", "src/b.js"],
    [main, "./w/index/", null],
    [main, "./w", "src/w/index"],
  ]);
});

test("the browser map may replace the package as a whole", (t) => {
  const files = { [main]: "", "node_modules/p/package.json": { name: "p", main: "main.js", browser: { ".": "./x.js", "./main.js": "./y.js" } } };
  for (const name of ["main", "x", "y"]) files[`node_modules/p/${name}.js`] = "";
  ask(t, files, [
    [main, "p", "node_modules/p/x.js", "client"],
    [main, "p", "node_modules/p/main.js", "server"],
  ]);
});

test("tsconfig paths: an entry without `*` has none to put into its targets", (t) => {
  ask(t, { "tsconfig.json": { compilerOptions: { paths: { p: ["./lib/*", "./lib/q"] } } }, "src/m.ts": "", "lib/index.js": "", "lib/q.js": "" }, [["src/m.ts", "p", "lib/q.js"]]);
});

test("two extended tsconfigs may share a third; only a real circle is one", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "@/b";',
    "lib/b.ts": "'use client'",
    "tsconfig.json": { extends: ["./one.json", "./two.json"] },
    "one.json": { extends: "./base.json" },
    "two.json": { extends: "./base.json" },
    "base.json": { compilerOptions: { paths: { "@/*": ["./lib/*"] } } },
  });
  const report = scan(root, ["--entry", "src/a.ts"]);
  assert.deepEqual(report.clientFiles, ["lib/b.ts"]);
  assert.deepEqual(report.diagnostics, []);
});

test("a browser map speaks of a main whose folder does not exist", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "p"; import "q";',
    "node_modules/p/package.json": { main: "./lib/lib.js", browser: { "lib/lib.js": false } },
    "node_modules/q/package.json": { main: "./lib/lib.js", browser: { "./lib/lib.js": "./b.js" } },
    "node_modules/q/b.js": "'use client'",
  });
  const report = scan(root, ["--entry", "client=src/a.ts"]);
  assert.deepEqual(report.clientFiles, ["node_modules/q/b.js"]);
  assert.deepEqual(report.diagnostics, []);
});
