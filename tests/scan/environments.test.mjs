// Pairs of file and environment: conditions, directives that switch, environments of the user's own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnostic, diagnostics, pairs, paths, project, run, scan } from "./helper.mjs";

const pkg = (name, exports, files) => ({
  [`node_modules/${name}/package.json`]: { name, exports },
  ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`node_modules/${name}/${file}`, text])),
});

test("each environment has its own conditions", (t) => {
  const root = project(t, {
    "src/worker.ts": 'import "./both"; import "./page";',
    "src/page.tsx": '"use client"; import "./both";',
    "src/both.ts": 'import "dual";',
    ...pkg("dual", { ".": { "react-server": "./server.js", browser: "./client.js", default: "./default.js" } }, {
      "server.js": "import './inner.js'", "client.js": '"use client"; import "./inner.js"', "inner.js": "", "default.js": "",
    }),
  });
  const report = scan(root, ["--entry", "src/worker.ts"], { status: 0 });
  assert.deepEqual(pairs(report), [
    "node_modules/dual/client.js client", "node_modules/dual/inner.js client", "node_modules/dual/inner.js server", "node_modules/dual/server.js server",
    "src/both.ts client", "src/both.ts server", "src/page.tsx client", "src/worker.ts server",
  ]);
  assert.deepEqual(report.clientFiles, ["node_modules/dual/client.js", "src/page.tsx"]);
  assert.deepEqual(report.modules.find(({ path }) => path === "src/both.ts").environments, ["server", "client"]);
  assert.equal(report.stats.visits, 8);
  assert.equal(report.stats.modules, 6);
});

test("the defaults", (t) => {
  const root = project(t, { "src/a.ts": "" });
  assert.deepEqual(scan(root).environments, [
    { name: "server", conditions: ["react-server", "node", "module", "production"] },
    { name: "client", conditions: ["browser", "module", "production"] },
  ]);
});

test("main fields and browser maps belong to the client", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "fields"; import "map"; import "./b";',
    "src/b.ts": '"use client"; import "fields"; import "map";',
    "node_modules/fields/package.json": { main: "main.js", module: "module.js", browser: "browser.js" },
    "node_modules/fields/main.js": "", "node_modules/fields/module.js": "", "node_modules/fields/browser.js": "",
    "node_modules/map/package.json": { main: "index.js", browser: { "./index.js": "./web.js", fs: false, "./util.js": "./util.web.js", other: "./shim.js" } },
    "node_modules/map/index.js": 'require("./util"); require("other"); require("fs")',
    "node_modules/map/web.js": 'require("./util"); require("other"); require("fs")',
    "node_modules/map/util.js": "", "node_modules/map/util.web.js": "", "node_modules/map/shim.js": "",
    "node_modules/other/index.js": "",
  });
  const report = scan(root, ["--entry", "src/a.ts", "--edges"], { status: 0 });
  assert.deepEqual(pairs(report).filter((pair) => pair.startsWith("node_modules")), [
    "node_modules/fields/browser.js client", "node_modules/fields/module.js server", "node_modules/map/index.js server", "node_modules/map/shim.js client",
    "node_modules/map/util.js server", "node_modules/map/util.web.js client", "node_modules/map/web.js client", "node_modules/other/index.js server",
  ]);
  const fs = report.modules.find(({ path }) => path === "node_modules/map/web.js").imports.find(({ specifier }) => specifier === "fs");
  assert.deepEqual(fs.resolved, { client: "ignored" });
});

test("import and require are conditions by the kind of the import, default always", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "dual"; require("dual"); import("dual/only"); export * from "dual/only";',
    ...pkg("dual", { ".": { import: "./esm.mjs", require: "./cjs.cjs" }, "./only": { require: "./no.js", default: "./yes.js" } }, {
      "esm.mjs": "", "cjs.cjs": "", "yes.js": "", "no.js": "",
    }),
  });
  assert.deepEqual(paths(scan(root, ["--entry", "src/a.ts"], { status: 0 })), [
    "node_modules/dual/cjs.cjs", "node_modules/dual/esm.mjs", "node_modules/dual/yes.js", "src/a.ts",
  ]);
});

test("the package's key order decides, not the conditions'", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "p";',
    ...pkg("p", { "react-server": "./first.js", node: "./second.js" }, { "first.js": "", "second.js": "" }),
  });
  const visited = (...args) => paths(scan(root, ["--entry", "src/a.ts", ...args]));
  assert.deepEqual(visited(), ["node_modules/p/first.js", "src/a.ts"]);
  assert.deepEqual(visited("--env", "server=node,react-server"), ["node_modules/p/first.js", "src/a.ts"]);
  assert.deepEqual(visited("--env", "server=node"), ["node_modules/p/second.js", "src/a.ts"]);
});

test("a directive switches, whoever imports the module; without one the importer decides", (t) => {
  const root = project(t, {
    "src/entry.ts": 'import "./client"; import "./plain";',
    "src/client.tsx": '"use client"; import "./action"; import "./below"; import "./client2";',
    "src/client2.tsx": "'use client'",
    "src/action.ts": '"use server"; import "./db"; import "./client2";',
    "src/db.ts": "", "src/below.ts": "", "src/plain.ts": "",
  });
  const report = scan(root, ["--entry", "src/entry.ts"], { status: 0 });
  assert.deepEqual(pairs(report), [
    "src/action.ts server", "src/below.ts client", "src/client.tsx client", "src/client2.tsx client", "src/db.ts server", "src/entry.ts server", "src/plain.ts server",
  ]);
  assert.deepEqual([report.clientFiles, report.serverFiles], [["src/client.tsx", "src/client2.tsx"], ["src/action.ts"]]);
});

test("both directives are a conflict, told of at the second", (t) => {
  const root = project(t, { "src/a.ts": "'use server';\n 'use client';", "src/b.ts": "'use client'; 'use strict'; 'use server'" });
  const report = scan(root, [], { status: 1 });
  const a = diagnostic(report, { path: "src/a.ts", code: "conflicting-directives" });
  assert.deepEqual([a.severity, a.line, a.column], ["error", 2, 3]);
  assert.equal(diagnostic(report, { path: "src/b.ts", code: "conflicting-directives" }).column, 30);
  assert.deepEqual([report.clientFiles, report.serverFiles], [["src/a.ts", "src/b.ts"], []]);
});

test("source folders: files with a directive, imported or not", (t) => {
  const root = project(t, {
    "src/a.ts": "'use client'; import './c'", "src/deep/er/b.ts": "'use server'", "src/c.ts": "", "src/d.ts": "import './c'",
    "src/.hidden/e.ts": "'use client'", "src/node_modules/f.ts": "'use client'", "src/types.d.ts": "'use client'", "src/g.css": "'use client'",
    "lib/h.ts": "'use client'", "i.ts": "'use client'", "lib/node_modules/p/index.js": "'use client'",
  });
  const report = scan(root, [], { status: 0 });
  assert.deepEqual(pairs(report), ["src/a.ts client", "src/c.ts client", "src/deep/er/b.ts server"]);
  assert.deepEqual([report.stats.modules, report.stats.filesRead], [3, 4]);
  assert.deepEqual(scan(root, ["--src", "lib", "--src", "src/deep"]).clientFiles, ["lib/h.ts"]);
  assert.deepEqual(scan(root, ["--src", "."]).clientFiles, ["i.ts", "lib/h.ts", "src/a.ts"]);
});

test("without src the root is the source folder", (t) => {
  const root = project(t, { "a.ts": "'use client'", "node_modules/p/b.ts": "'use client'", ".git/c.ts": "'use client'" });
  assert.deepEqual(scan(root).clientFiles, ["a.ts"]);
});

test("an entry may name its environment", (t) => {
  const root = project(t, { "src/a.ts": "import './b'", "src/b.ts": "" });
  const report = scan(root, ["--entry", "client=src/a.ts", "--entry", "server=src/b.ts"], { status: 0 });
  assert.deepEqual(report.entries, [{ path: "src/a.ts", environment: "client" }, { path: "src/b.ts", environment: "server" }]);
  assert.deepEqual(pairs(report), ["src/a.ts client", "src/b.ts client", "src/b.ts server"]);
});

test("an environment that is not configured is named", (t) => {
  const root = project(t, { "src/a.ts": "" });
  for (const args of [["--entry", "edge=src/a.ts"], ["--directive", "use edge=edge"]]) {
    const { status, stdout, stderr } = run(["scan", root, ...args, "--json"]);
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /edge/);
  }
});

test("environments and directives of the user's own", (t) => {
  const root = project(t, {
    "src/a.tsx": "'use client'; import 'p'", "src/edge.ts": "'use edge'; import 'p'", "src/step.ts": "'use step'; import './c'", "src/c.ts": "",
    "src/cached.ts": "'use cache: remote'", "src/plain.ts": "'use cache'",
    ...pkg("p", { worker: "./worker.js", browser: "./browser.js", node: "./node.js" }, { "worker.js": "", "browser.js": "", "node.js": "" }),
  });
  const report = scan(root, [
    "--env", "ssr=node,module", "--env", "edge=worker", "--directive", "use client=client,ssr", "--directive", "use edge=edge", "--directive", "use step=",
    "--directive", "use cache: *=edge",
  ], { status: 0 });
  assert.deepEqual(report.environments.map(({ name }) => name), ["server", "client", "ssr", "edge"]);
  assert.deepEqual(report.environments.slice(2).map(({ conditions }) => conditions), [["node", "module"], ["worker"]]);
  assert.deepEqual(pairs(report), [
    "node_modules/p/browser.js client", "node_modules/p/node.js ssr", "node_modules/p/worker.js edge",
    "src/a.tsx client", "src/a.tsx ssr", "src/c.ts server", "src/cached.ts edge", "src/edge.ts edge", "src/step.ts server",
  ]);
  assert.deepEqual(report.modules.find(({ path }) => path === "src/cached.ts").directives.map(({ value }) => value), ["use cache: remote"]);
  assert.deepEqual([report.clientFiles, report.serverFiles], [["src/a.tsx"], []]);
});

test("a browser condition brings the client's main fields", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "p"', "node_modules/p/package.json": { main: "m.js", browser: "b.js" }, "node_modules/p/m.js": "", "node_modules/p/b.js": "",
  });
  const first = (env) => paths(scan(root, ["--env", env, "--entry", `${env.split("=")[0]}=src/a.ts`]))[0];
  assert.equal(first("edge=worker"), "node_modules/p/m.js");
  assert.equal(first("web=worker,browser"), "node_modules/p/b.js");
  assert.equal(first("client=worker"), "node_modules/p/m.js");
});

test("--mode", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "p"', ...pkg("p", { development: "./dev.js", production: "./prod.js" }, { "dev.js": "", "prod.js": "" }),
  });
  assert.deepEqual(paths(scan(root, ["--entry", "src/a.ts"])), ["node_modules/p/prod.js", "src/a.ts"]);
  const report = scan(root, ["--entry", "src/a.ts", "--mode", "development"]);
  assert.deepEqual(paths(report), ["node_modules/p/dev.js", "src/a.ts"]);
  assert.ok(report.environments.every(({ conditions }) => conditions.includes("development") && !conditions.includes("production")));
});

test("--alias, --external and --exclude", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "~/b"; import "exact"; import "exact/sub"; import "left/x"; import "kept"; import "vendor/deep"',
    "src/b.ts": "", "src/exact.ts": "", "node_modules/exact/sub.js": "", "node_modules/kept/index.js": "", "node_modules/vendor/deep.js": "import 'kept2'",
    "node_modules/kept2/index.js": "",
  });
  const args = ["--entry", "src/a.ts", "--edges", "--alias", "~=./src", "--alias", "exact=./src/exact.ts", "--external", "left/*", "--exclude", "vendor"];
  const report = scan(root, args);
  const resolved = Object.fromEntries(report.modules.find(({ path }) => path === "src/a.ts").imports.map((item) => [item.specifier, item.resolved.server]));
  assert.equal(resolved["~/b"], "src/b.ts");
  assert.equal(resolved.exact, "src/exact.ts");
  assert.equal(resolved["left/x"], "external:left/x");
  assert.equal(resolved.kept, "node_modules/kept/index.js");
  assert.ok(!paths(report).includes("node_modules/kept2/index.js"), "an excluded package is not entered");
});

test("--alias, --external and --exclude may hold in one environment alone", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "./both";', "src/c.tsx": "'use client'; import './both';",
    "src/both.ts": 'import "one"; import "left"; import "./near"; import "vendor";',
    "src/near.ts": "", "src/far.ts": "",
    ...Object.fromEntries(["one", "two", "left", "vendor"].map((name) => [`node_modules/${name}/index.js`, ""])),
  });
  const report = scan(root, [
    "--entry", "src/a.ts", "--edges", "--alias", "client=one=two", "--alias", "server=./near=./src/far.ts", "--external", "server=left", "--exclude", "client=vendor",
  ], { status: 0 });
  const { imports } = report.modules.find(({ path }) => path === "src/both.ts");
  assert.deepEqual(Object.fromEntries(imports.map(({ specifier, resolved }) => [specifier, resolved])), {
    one: { server: "node_modules/one/index.js", client: "node_modules/two/index.js" },
    left: { server: "external:left", client: "node_modules/left/index.js" },
    "./near": { server: "src/far.ts", client: "src/near.ts" },
    vendor: { server: "node_modules/vendor/index.js", client: "node_modules/vendor/index.js" },
  });
  assert.deepEqual(pairs(report).filter((pair) => /vendor|near|far|left/.test(pair)), [
    "node_modules/left/index.js client", "node_modules/vendor/index.js server", "src/far.ts server", "src/near.ts client",
  ]);
});

test("a directive does not switch to an environment that excludes its module", (t) => {
  const root = project(t, { "src/a.tsx": "'use client'; import './b'", "src/b.ts": "" });
  const args = ["--env", "ssr=node", "--directive", "use client=client,ssr", "--exclude", "ssr=src/a.tsx"];
  assert.deepEqual(pairs(scan(root, args, { status: 0 })), ["src/a.tsx client", "src/b.ts client"]);
});

test("--main-fields and --browser-maps", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "p"',
    "node_modules/p/package.json": { main: "m.js", source: "s.js", module: "e.js", browser: { "./m.js": "./b.js" } },
    ...Object.fromEntries(["m", "s", "e", "b"].map((name) => [`node_modules/p/${name}.js`, ""])),
  });
  const first = (env, ...args) => paths(scan(root, ["--entry", `${env}=src/a.ts`, ...args]))[0];
  assert.equal(first("server"), "node_modules/p/e.js");
  assert.equal(first("server", "--main-fields", "server=source,main"), "node_modules/p/s.js");
  assert.equal(first("client", "--main-fields", "client=main"), "node_modules/p/b.js");
  assert.equal(first("client", "--main-fields", "client=main", "--browser-maps", "client=no"), "node_modules/p/m.js");
  assert.equal(first("edge", "--main-fields", "edge=main", "--env", "edge=worker", "--browser-maps", "edge=yes"), "node_modules/p/b.js");
});

test("server-only and client-only resolve by their conditions", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "server-only"; import "client-only"; import "./c"', "src/c.tsx": "'use client'; import 'server-only'; import 'client-only';",
    ...pkg("server-only", { ".": { "react-server": "./empty.js", default: "./index.js" } }, { "empty.js": "", "index.js": "" }),
    ...pkg("client-only", { ".": { "react-server": "./error.js", default: "./index.js" } }, { "error.js": "", "index.js": "" }),
  });
  assert.deepEqual(pairs(scan(root, ["--entry", "src/a.ts"], { status: 0 })), [
    "node_modules/client-only/error.js server", "node_modules/client-only/index.js client",
    "node_modules/server-only/empty.js server", "node_modules/server-only/index.js client", "src/a.ts server", "src/c.tsx client",
  ]);
});

test("tsconfig paths, for first-party importers only", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "@/b"; import "p"',
    "src/b.ts": "",
    "tsconfig.base.json": '{ "compilerOptions": { /* c */ "baseUrl": ".", "paths": { "@/*": ["./none/*", "./src/*"], }, }, }',
    "tsconfig.json": '\uFEFF{ "extends": ["./tsconfig.base.json"] } // end',
    "node_modules/p/index.js": 'require("@/b")',
  });
  const report = scan(root, ["--entry", "src/a.ts"]);
  assert.deepEqual(paths(report), ["node_modules/p/index.js", "src/a.ts", "src/b.ts"]);
  assert.equal(diagnostics(report, { specifier: "@/b" }).length, 1);
});

test("--tsconfig, and one that is not there", (t) => {
  const root = project(t, { "src/a.ts": 'import "@/b"', "src/b.ts": "", "other.json": { compilerOptions: { paths: { "@/*": ["./src/*"] } } } });
  assert.deepEqual(paths(scan(root, ["--entry", "src/a.ts", "--tsconfig", "other.json"])), ["src/a.ts", "src/b.ts"]);
  const { status, stderr } = run(["scan", root, "--tsconfig", "gone.json"]);
  assert.equal(status, 2);
  assert.match(stderr, /gone\.json/);
});

test("TypeScript elision, --no-elide and verbatimModuleSyntax", (t) => {
  const files = { "src/a.ts": 'import { T } from "./t"; import { v } from "./v"; import type { U } from "./u"; import {} from "./s"; v as T;' };
  for (const name of ["t", "v", "u", "s"]) files[`src/${name}.ts`] = "";
  const root = project(t, files);
  const visited = (...args) => paths(scan(root, ["--entry", "src/a.ts", ...args]));
  assert.deepEqual(visited(), ["src/a.ts", "src/s.ts", "src/v.ts"]);
  assert.deepEqual(visited("--no-elide"), ["src/a.ts", "src/s.ts", "src/t.ts", "src/v.ts"]);
  const verbatim = project(t, { ...files, "tsconfig.json": { compilerOptions: { verbatimModuleSyntax: true } } });
  assert.deepEqual(paths(scan(verbatim, ["--entry", "src/a.ts"])), ["src/a.ts", "src/s.ts", "src/t.ts", "src/v.ts"]);
});

test("leaves, externals and what is a script", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "./x.css"; import "./b?raw"; import "./b.ts?url"; import "node:fs"; import "path"; import "https://e.org/x.js"; import "virtual:x"; import "cloudflare:workers"; import "lodash.debounce"; import "./Button.client"; import ".."; import "./c.js"; import "./data.json"; import "./noext"',
    "src/x.css": "", "src/b.ts": "", "src/Button.client.tsx": "", "src/c.ts": "", "src/data.json": "", "src/noext": "", "index.ts": "",
    "node_modules/lodash.debounce/index.js": "",
  });
  const report = scan(root, ["--entry", "src/a.ts", "--edges"], { status: 0 });
  assert.deepEqual(paths(report), ["index.ts", "node_modules/lodash.debounce/index.js", "src/Button.client.tsx", "src/a.ts", "src/c.ts"]);
  const resolved = Object.fromEntries(report.modules.find(({ path }) => path === "src/a.ts").imports.map((item) => [item.specifier, item.resolved.server]));
  assert.equal(resolved["./x.css"], "src/x.css");
  assert.equal(resolved["node:fs"], "external:node:fs");
  assert.equal(resolved.path, "external:path");
  assert.equal(resolved["./data.json"], "src/data.json");
  assert.equal(resolved["./noext"], "src/noext");
  assert.deepEqual(report.diagnostics, []);
});

test("extensions in order, and the exact file first", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "./m"; import "./n.js"; import "./o.js"; import "./folder"; import "./p.jsx"; import "./q.mjs"; import "./r.cjs"',
    "src/m.ts": "", "src/m.tsx": "", "src/m.js": "", "src/n.ts": "", "src/n.tsx": "", "src/o.js": "", "src/o.ts": "", "src/folder/index.tsx": "",
    "src/p.tsx": "", "src/q.mts": "", "src/r.cts": "",
  });
  assert.deepEqual(paths(scan(root, ["--entry", "src/a.ts"], { status: 0 })), [
    "src/a.ts", "src/folder/index.tsx", "src/m.js", "src/n.ts", "src/o.js", "src/p.tsx", "src/q.mts", "src/r.cts",
  ]);
});

test("near misses are warnings, never counted", (t) => {
  const root = project(t, {
    "src/a.ts": "'use-client'", "src/b.ts": "import './a';\n'use client'", "src/c.ts": "('use client')", "src/d.ts": "`use client`", "src/e.mdx": "'use client'\n",
  });
  const report = scan(root, ["a.ts", "b.ts", "c.ts", "d.ts", "e.mdx"].flatMap((name) => ["--entry", `src/${name}`]), { status: 0 });
  assert.deepEqual(report.clientFiles, []);
  const places = { "src/a.ts": [1, 2], "src/b.ts": [2, 2], "src/c.ts": [1, 3], "src/d.ts": [1, 2], "src/e.mdx": [1, 2] };
  for (const [path, place] of Object.entries(places)) {
    const found = diagnostic(report, { path, severity: "warning" });
    assert.deepEqual([found.line, found.column], place, path);
  }
});

test("directives of functions do not switch", (t) => {
  const root = project(t, { "src/a.tsx": 'export async function save() {\n  "use server"; await 1; }\nconst go = async () => { \'use server\' };' });
  const report = scan(root, ["--entry", "client=src/a.tsx"], { status: 0 });
  assert.deepEqual(pairs(report), ["src/a.tsx client"]);
  assert.deepEqual(report.serverFiles, []);
  const [module] = report.modules;
  assert.deepEqual(module.directives, []);
  assert.deepEqual(module.functionDirectives.map((item) => [item.function, item.value, item.line, item.column]), [["save", "use server", 2, 4], ["go", "use server", 3, 27]]);
});

test("globs and templates follow every file that matches", (t) => {
  const root = project(t, {
    "src/a.ts": "const n = 'x'; import(`./parts/${n}.ts`); import.meta.glob(['./globbed/**/*.ts', '!**/no.ts']);",
    "src/parts/one.ts": "", "src/parts/two.ts": "", "src/parts/three.tsx": "", "src/globbed/a.ts": "", "src/globbed/b/c.ts": "", "src/globbed/b/no.ts": "",
  });
  assert.deepEqual(paths(scan(root, ["--entry", "src/a.ts"], { status: 0 })), ["src/a.ts", "src/globbed/a.ts", "src/globbed/b/c.ts", "src/parts/one.ts", "src/parts/two.ts"]);
});

test("what cannot be followed is told of", (t) => {
  const root = project(t, { "src/a.ts": "const x = 1; import(x); require(x + 'y'); new Worker(new URL('./w.ts', import.meta.url));", "src/w.ts": "" });
  const report = scan(root, ["--entry", "src/a.ts"], { status: 0 });
  assert.deepEqual(diagnostics(report, { code: "not-followed" }).map(({ severity }) => severity), ["info", "info", "info"]);
  assert.deepEqual(paths(report), ["src/a.ts"]);
});
