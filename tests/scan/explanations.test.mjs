// What people read when an import leads nowhere: explanations.txt holds `$ SPECIFIER [OPTIONS]` and what is printed,
// in one project. `UPDATE=1` writes what is printed now into it: read the difference before you keep it.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { diagnostic, diagnostics, link, project, run, scan, top } from "./helper.mjs";

const corpus = join(top, "tests/scan/explanations.txt");
const SCREEN = 24; // lines

const files = {
  "src/a.ts": "", "src/Foo.tsx": "", "src/Components/Button.tsx": "", "src/real.ts": "", "src/linked.ts": link("real.ts"), "src/dangling.ts": link("nowhere.ts"), "src/Straße/Ärger.ts": "",
  "src/lib/z.ts": "", "tools/a.ts": "",
  "tsconfig.json": { files: [], references: [{ path: "./tsconfig.app.json" }] },
  "tsconfig.app.json": { include: ["src"], compilerOptions: { paths: { "@/*": ["./src/*", "./generated/*"] } } },
  "package.json": { name: "app", imports: { "#db": { worker: "./db.worker.js", deno: "./db.deno.js" }, "#gone": "./src/gone.js", "#up": "../x.js" } },
  "node_modules/react/index.js": "",
  "node_modules/p/package.json": { name: "p", exports: { ".": { browser: "./dist/b.js", worker: { edge: "./dist/e.js" } }, "./null": null, "./sub/*": "./dist/*.js", "./out": "../x.js", "./missing": "./dist/gone.js", "./case": "./dist/B.js", "./number": 5 } },
  "node_modules/p/dist/b.js": "",
  "node_modules/main/package.json": { name: "main", main: "./lib/main.js", module: "./es/main.js" },
  "node_modules/climbs/package.json": { name: "climbs", main: "../../../../out.js" },
  "node_modules/map/package.json": { name: "map", main: "./m.js", browser: { "./m.js": "./gone.js", fs: false } }, "node_modules/map/m.js": "",
  "node_modules/linked": link(".pnpm/linked@1/node_modules/linked"), "node_modules/.pnpm/linked@1/node_modules/linked/index.js": "",
  "node_modules/empty/package.json": { name: "empty" },
};

const cases = () =>
  readFileSync(corpus, "utf8").split(/^(?=\$ )/m).map((text) => {
    const end = text.indexOf("\n");
    return text.startsWith("$ ") ? { asked: text.slice(2, end), printed: text.slice(end + 1) } : { comment: text };
  });

function explain(root, asked) {
  const args = asked.split(" ");
  const from = args.includes("--from") ? [] : ["--from", "src/a.ts"];
  const { stdout, status } = run(["resolve", ...args, ...from], { cwd: root });
  return `${stdout.replaceAll(root, "ROOT")}exit ${status}\n\n`;
}

test("explanations", (t) => {
  const root = project(t, files);
  const all = cases();
  const printed = all.map(({ asked, comment }) => comment ?? `$ ${asked}\n${explain(root, asked)}`);
  if (process.env.UPDATE) writeFileSync(corpus, printed.join(""));
  all.forEach(({ asked, printed: wanted }, i) => asked && assert.equal(printed[i], `$ ${asked}\n${wanted}`));
  for (const text of printed) assert.ok(text.split("\n").length <= SCREEN, `more than a screen:\n${text}`);
});

test("a scan's warning says the same", (t) => {
  const specifiers = ["./foo", "p", "p/null", "p/nope", "main", "@/nothing", "#db", "gone", "React"];
  const root = project(t, { ...files, "src/a.ts": specifiers.map((specifier) => `import "${specifier}";`).join("\n") });
  const report = scan(root, ["--entry", "src/a.ts"]);
  specifiers.forEach((specifier, i) => {
    const found = diagnostic(report, { specifier });
    const { code, reason } = JSON.parse(run(["resolve", specifier, "--from", "src/a.ts", "--json"], { cwd: root }).stdout);
    assert.deepEqual([found.code, found.line, found.message], [code, i + 1, `'${specifier}' does not resolve: ${reason}`]);
  });
});

test("--json --trace: the steps, and the reason", (t) => {
  const root = project(t, files);
  const { code, reason, trace } = JSON.parse(run(["resolve", "p/null", "--from", "src/a.ts", "--json", "--trace"], { cwd: root }).stdout);
  assert.equal(code, "unresolved-import");
  assert.match(reason, /'\.\/null' of node_modules\/p\/package\.json is closed/);
  assert.deepEqual(trace, [
    'the importer belongs to tsconfig.app.json; no "paths" match', "the package stands in node_modules/p",
    "the entry './null' of node_modules/p/package.json, under the conditions react-server, node, module, production, import",
  ]);
});

test("a package with thousands of broken imports: twenty are listed, the rest is counted, people see an example", (t) => {
  const tree = { "src/a.ts": "import 'big'", "node_modules/big/index.js": "" };
  for (let i = 0; i < 1000; i++) tree["node_modules/big/index.js"] += `require("gone${i}"); require("./no${i}"); require("@x/y/${i}");\n`;
  const root = project(t, tree);
  const report = scan(root, ["--entry", "src/a.ts"]);
  assert.equal(report.diagnostics.length, 40, "two reasons, twenty each");
  assert.equal(report.diagnostics.reduce((sum, { count }) => sum + count, 0), 3000);
  const { stdout } = run(["scan", root, "--entry", "src/a.ts"]);
  const lines = stdout.slice(stdout.indexOf("3,000 warnings")).trim().split("\n");
  assert.deepEqual(lines, [
    "3,000 warnings in packages", "    3,000  big: unresolved-import, such as",
    "           node_modules/big/index.js:1:10: 'gone0' does not resolve: the package 'gone0' is in no node_modules folder from node_modules/big upwards",
  ]);
});

const PNP = "the project is installed with Yarn Plug'n'Play, which is not supported: write \"nodeLinker: node-modules\" into .yarnrc.yml and run \"yarn install\"";

test("Yarn Plug'n'Play is refused in one sentence, which counts the imports", (t) => {
  for (const name of [".pnp.cjs", ".pnp.js"]) {
    const root = project(t, { [name]: "", "src/a.ts": 'import "react"; import "react-dom/client"; import "./b"; import "./gone"; import "node:fs";', "src/b.tsx": "'use client'; import 'react'", "node_modules/.cache/x/y.js": "" });
    const report = scan(root, ["--entry", "src/a.ts"], { status: 1 });
    const found = diagnostic(report, { code: "plug-n-play" });
    assert.deepEqual([found.severity, found.path, found.count, found.message], ["error", name, 3, PNP]);
    assert.deepEqual(diagnostics(report, { code: "unresolved-import" }).map(({ specifier }) => specifier), ["./gone"]);
    assert.deepEqual(report.clientFiles, ["src/b.tsx"]);
    const { status, stdout } = run(["resolve", "react", "--from", "src/a.ts"], { cwd: root });
    assert.deepEqual([status, stdout.split("\n")[0]], [1, `plug-n-play: ${PNP}`]);
  }
});

test("a .pnp.cjs beside installed packages is one that was left behind", (t) => {
  const root = project(t, { ".pnp.cjs": "", "src/a.ts": 'import "react"; import "gone"', "node_modules/react/index.js": "" });
  assert.deepEqual(scan(root, ["--entry", "src/a.ts"], { status: 0 }).diagnostics.map(({ code, specifier }) => [code, specifier]), [["unresolved-import", "gone"]]);
});
