// What the patterns of import.meta.glob stand for, held to tinyglobby with the options that Vite gives it.
import assert from "node:assert/strict";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path/posix";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { escapePath, globSync } from "tinyglobby";
import { link, pairs, paths, project, scan } from "./helper.mjs";

const FILES = [
  "src/a.js", "src/b.ts", "src/A2.js", "src/ab.js", "src/x1.js", "src/x2.js", "src/x10.js", "src/xa.js", "src/x-.js", "src/@a.js", "src/a+b.js",
  "src/é.js", "src/.h.js", "src/.dot/e.js", "src/i/g.js", "src/[id]/g.js", "src/(grp)/h.js", "src/grp/h.js", "src/sub/c.js", "src/sub/c.test.js",
  "src/sub/deep/d.js", "src/sub/deep/er/d.jsx", "src/sub/.e/f.js", "src/node_modules/p/f.js", "src/sub/node_modules/q.js", "src/a{b.js", "src/a*b.js",
  "src/style.css", "lib/l.js", "lib/v1.0/m.js", "node_modules/pkg/m.js", "node_modules/pkg/sub/n.js", "node_modules/pkg/node_modules/o.js", ".x/y.js",
];

// [patterns, options?], from src/rows/N.js
const ROWS = [
  ["../*.js"], ["../**"], ["../**/*"], ["../**/*.js"], ["../**/d.*"], ["../../**/*.js"], ["../sub/**"], ["../*/*.js"], ["../*/**/*.js"], ["../**/sub/**/*.js"],
  ["../**/**/d.js"], ["../s**b/*.js"], ["../**b/*.js"], ["../sub/**/deep/**/*.js"], ["../**/deep/*"], ["../*"], ["../*.*"], ["../*.*.*"], ["../**/*.*.js"],
  ["../*.{js,ts}"], ["../{a,b}.{j,t}s"], ["../{sub/{c,deep/d},a}.js"], ["../{a,sub/**/*}.js"], ["../{a,}.js"], ["../{,x}a.js"], ["../a{,b}.js"], ["../{*,x}.ts"],
  ["../{sub,i}/*.js"], ["../{**/d,a}.js"], ["../x{1..2}.js"], ["../x{2..1}.js"], ["../x{a..c}.js"], ["../x{1..10}.js"], ["../{a,b"], ["../a{b.js"], ["../a\\{b.js"],
  ["../x[0-9].js"], ["../x[!0-9].js"], ["../x[^0-9].js"], ["../x[12].js"], ["../x[a-c0-1].js"], ["../x[-1].js"], ["../[[:alpha:]].js"], ["../x[[:digit:]].js"],
  ["../[a-c]"], ["../[a"], ["../[id]/*.js"], ["../\\[id\\]/*.js"], ["../[@a]*.js"], ["../?.js"], ["../??.js"], ["../x?.js"], ["../a?b.js"], ["../sub?c.js"],
  ["../(a|xa).js"], ["../(a|b)?.js"], ["../x(1|2)+.js"], ["../*(a).js"], ["../(grp)/*.js"], ["../@(a|b).js"], ["../**/*.page.*([a-zA-Z0-9])"], ["../**/*.(js|jsx)"],
  ["../(sub/deep|i)/*.js"], ["../((a)|(b)).*"], ["../.*.js"], ["../.*/*.js"], ["../.dot/*.js"], ["../**/.*"], ["../{.dot,sub}/*.js"], ["../[.]h.js"],
  ["../?h.js"], ["../a\\*b.js"], ["../a*b.js"], ["../a.js"], ["../gone.js"], ["../gone/*.js"], ["../i/../*.ts"], ["../*/../b.ts"], [".././b.ts"], ["..//*.ts"],
  ["/src/*.js"], ["/src/**/d.js"], ["/**/l.js"], ["/lib/*/*.js"], ["/lib/v1.0/*.js"], ["/*/*.js"], ["/.x/*.js"], ["./*.nothing"], ["../é.js"], ["../[é].js"],
  ["/node_modules/pkg/*.js"], ["/node_modules/**/*.js"], ["/node_modules/pkg/**/*.js"], ["../node_modules/p/*.js"], ["../*/node_modules/*.js"],
  [["/node_modules/pkg/*.js", "../a.js"]], [["/node_modules/pkg/*.js", "/node_modules/pkg/sub/*.js"]], [["../a.js", "../b.ts", "../a.js"]],
  [["../*.js", "!../x*.js"]], [["../**/*.js", "!**/*.test.js", "!**/deep/**"]], [["../**", "!../sub/**"]], [["!../a.js"]], [["!../a.js", "../*.js"]], [["../*.js", "!/src/a.js"]],
  [["../*.js", "!**/a.js"]], [["../*.js", "!../{a,x*}.js"]], [["../.h.js", "!../*"]], [[]],
  ["../**/*.js", { exhaustive: true }], ["../*", { exhaustive: true }], [["../**/*.js", "!**/node_modules/**"], { exhaustive: true }], ["/node_modules/**/*.js", { exhaustive: true }],
  ["../A*.js", { caseSensitive: false }], ["../[a-b]*.JS", { caseSensitive: false }], ["../**/d.JS", { caseSensitive: false }],
  ["./**/a.js", { base: "../" }], ["./*.js", { base: "../sub" }], ["../*.ts", { base: "../sub" }], ["./sub/*.js", { base: "/src" }], ["/lib/*.js", { base: "../sub" }], [["./*.js", "!./c.js"], { base: "../sub" }],
];

const resolvedBy = (root, importer, pattern, { base }) => {
  const not = pattern.startsWith("!") ? "!" : "";
  const text = pattern.slice(not.length);
  if (text.startsWith("**")) return pattern;
  const folder = base ? (base.startsWith("/") ? join(root, base) : join(dirname(importer), base)) : dirname(importer);
  return not + (text.startsWith("/") ? escapePath(root) + text : join(escapePath(folder), text));
};

function commonBase(patterns) {
  const bases = patterns.filter((pattern) => !pattern.startsWith("!")).map((pattern) => {
    const names = pattern.split("/");
    const special = names.findIndex((name) => /[*?[{(]/.test(name));
    return names.slice(0, special < 0 ? -1 : special);
  });
  const [first = []] = bases;
  const length = first.findIndex((_, i) => bases.some((base) => base[i] !== first[i]));
  return first.slice(0, length < 0 ? undefined : length).join("/") || "/";
}

function byTinyglobby(root, importer, patterns, options) {
  const absolute = patterns.map((pattern) => resolvedBy(root, importer, pattern, options));
  const found = globSync(absolute, {
    absolute: true, cwd: commonBase(absolute), dot: Boolean(options.exhaustive), expandDirectories: false,
    caseSensitiveMatch: options.caseSensitive ?? true, ignore: options.exhaustive ? [] : ["**/node_modules/**"], extglob: false,
  });
  return [...new Set(found.map((path) => relative(root, path)))].filter((path) => !path.startsWith("src/rows/")).sort();
}

test("import.meta.glob, as tinyglobby has it", (t) => {
  const root = project(t, Object.fromEntries(FILES.map((path) => [path, ""])));
  const rows = ROWS.map(([patterns, options = {}], i) => ({ path: `src/rows/${i}.js`, patterns, options }));
  const rootRows = project(t, Object.fromEntries([
    ...FILES.map((path) => [path, ""]),
    ...rows.map(({ path, patterns, options }) => [path, `import.meta.glob(${JSON.stringify(patterns)}, ${JSON.stringify(options)})`]),
  ]));
  const report = scan(rootRows, ["--edges", "--src", "lib", ...rows.flatMap(({ path }) => ["--entry", path])]);
  const modules = new Map(report.modules.map((module) => [module.path, module]));
  for (const { path, patterns, options } of rows) {
    const { imports } = modules.get(path);
    const seen = [...new Set(imports.flatMap(({ resolved }) => resolved.server))].filter((file) => !file.startsWith("src/rows/")).sort();
    const list = [patterns].flat();
    assert.deepEqual(seen, byTinyglobby(root, join(root, path), list, options), `${JSON.stringify(patterns)} ${JSON.stringify(options)}`);
  }
});

test("links in a circle, and patterns that would multiply", (t) => {
  const stars = "**/".repeat(100), braces = "{a,?,*}".repeat(60), nested = "{a,".repeat(30) + "a" + "}".repeat(30);
  const root = project(t, {
    "src/main.js": `import.meta.glob(['./in/${stars}*.js', './in/${stars}${braces}.js', './in/${nested}.js'])`,
    "src/in/a.js": "", "src/in/b/c.js": "", "src/in/circle": link("."), "src/in/b/up": link(".."), "src/in/nowhere": link("gone"), "src/in/b/self": link("self"),
  });
  assert.deepEqual(paths(scan(root, ["--entry", "src/main.js"])), ["src/in/a.js", "src/in/b/c.js", "src/main.js"]);
});

test("a pattern that is too long, and brackets that do not match, stand for nothing", (t) => {
  const root = project(t, { "src/main.js": `import.meta.glob(['./{a,(b}*.js)', './${"x".repeat(2000)}*.js', './${"(a|".repeat(40)}b${")".repeat(40)}.js'])`, "src/a.js": "" });
  assert.deepEqual(paths(scan(root, ["--entry", "src/main.js"])), ["src/main.js"]);
});

test("aliases and paths lead to where a pattern begins", (t) => {
  const root = project(t, {
    "tsconfig.json": { compilerOptions: { paths: { "~/*": ["./src/*"] } } },
    "src/main.ts": "import.meta.glob('@/*.ts'); import.meta.glob(['~/b/**', '!~/b/no.ts']); import.meta.glob('bare/*.ts'); import.meta.glob('@b/*.ts')",
    "lib/[l]/a.ts": "", "lib/[l]/b/c.ts": "", "src/b/d.ts": "", "src/b/no.ts": "", "bare/e.ts": "", "@b/f.ts": "",
  });
  const report = scan(root, ["--entry", "src/main.ts", "--alias", "@=./lib/[l]"]);
  assert.deepEqual(paths(report), ["lib/[l]/a.ts", "src/b/d.ts", "src/main.ts"]);
});

test("a glob by the imports of a package", (t) => {
  const root = project(t, {
    "package.json": { name: "p", imports: { "#s/*": { "react-server": "./server/*", default: "./other/*" }, "#one/*": "./other/*.js", "#up/*": "../*", "#bare/*": "pkg/*" } },
    "src/main.js": "import.meta.glob('#s/**/*.js'); import.meta.glob(['#one/*', '#up/*.js', '#bare/*.js', '#gone/*.js', '#s'])", "src/c.js": "'use client'; import.meta.glob('#s/*.js')",
    "server/a.js": "", "server/b/c.js": "", "other/d.js": "", "node_modules/pkg/e.js": "",
  });
  assert.deepEqual(pairs(scan(root, ["--entry", "src/main.js"])), ["other/d.js client", "server/a.js server", "server/b/c.js server", "src/c.js client", "src/main.js server"]);
});

test("what is asked for with a query is no module", (t) => {
  const root = project(t, {
    "src/main.js": "import.meta.glob('./a/*.js', { query: '?raw' }); import.meta.glob('./b/*.js', { as: 'url' }); import.meta.glob('./c/*.js', { query: '' }); import(`./d/${x}.js?worker`); import(`./e/${x}.js`)",
    "src/a/a.js": "", "src/b/b.js": "", "src/c/c.js": "", "src/d/d.js": "", "src/e/e.js": "",
  });
  const report = scan(root, ["--entry", "src/main.js", "--edges"]);
  assert.deepEqual(paths(report), ["src/c/c.js", "src/e/e.js", "src/main.js"]);
  const { imports } = report.modules.find(({ path }) => path === "src/main.js");
  assert.deepEqual(imports.map(({ resolved }) => resolved.server), ["a/a", "b/b", "c/c", "d/d", "e/e"].map((name) => [`src/${name}.js`]));
});

// [what is loaded, the files of it]: a hole is a part of one name, which begins with no dot where the hole begins it.
const TEMPLATES = [
  ["import(`./parts/${x}.js`)", "parts/a.js", "parts/pre-b.js"],
  ["import(`./parts/pre-${x}.js`)", "parts/pre-b.js"],
  ["import(`./parts/${x}/c.js`)", "parts/deep/c.js"],
  ["import(`./parts/${x}/${y}.js`)", "parts/deep/c.js", "parts/pre-dir/x.js"],
  ["import(`./${x}/a.js`)", "parts/a.js"],
  ["import(`./[id]/${x}.js`)", "[id]/d.js"],
  ["import(`./(g)/{h}/${x}.js`)", "(g)/{h}/i.js"],
  ["import(`./none/${x}.js`)"],
  ["import('./parts/' + x + '.js')", "parts/a.js", "parts/pre-b.js"],
  ["require(`./parts/${x}.js`)", "parts/a.js", "parts/pre-b.js"],
  ["require('./parts/pre-' + (x + y))", "parts/pre-b.js"],
];
const bench = fileURLToPath(new URL("../../bench/node_modules/", import.meta.url));
const installed = existsSync(join(bench, "vite")) && existsSync(join(bench, "esbuild"));

function templates(t) {
  const files = ["parts/a.js", "parts/pre-b.js", "parts/pre-dir/x.js", "parts/deep/c.js", "parts/deep/er/x.js", "parts/.x.js", "parts/.dot/x.js", "parts/node_modules/x.js", "i/x.js", "[id]/d.js", "(g)/{h}/i.js", "g/h/x.js"];
  return project(t, Object.fromEntries([...files.map((path) => [path, "export default 1"]), ...TEMPLATES.map(([source], i) => [`row${i}.js`, source])]));
}

test("templates and concatenations", (t) => {
  const root = templates(t);
  const { modules } = scan(root, ["--edges", ...TEMPLATES.flatMap((_, i) => ["--entry", `row${i}.js`])]);
  for (const [i, [source, ...files]] of TEMPLATES.entries()) {
    const { imports } = modules.find(({ path }) => path === `row${i}.js`);
    assert.deepEqual(imports.map(({ kind, resolved }) => [kind, ...resolved.server]), [["glob", ...files.sort()]], source);
  }
});

test("templates: all that Vite follows, and nothing that esbuild does not", { skip: !installed && "bench/node_modules is not installed" }, async (t) => {
  const root = realpathSync(templates(t));
  const { createServer } = await import(join(bench, "vite/dist/node/index.js"));
  const { build } = await import(join(bench, "esbuild/lib/main.js"));
  const server = await createServer({ root, configFile: false, logLevel: "silent", server: { middlewareMode: true, watch: null, ws: false }, optimizeDeps: { noDiscovery: true } });
  t.after(() => server.close());
  for (const [i, [source, ...files]] of TEMPLATES.entries()) {
    const { code } = await server.transformRequest(`/row${i}.js`);
    const byVite = [...code.matchAll(/"([^"]+)": \(\) =>/g)].map(([, path]) => path.slice(2)).sort();
    const expanded = source.startsWith("import(`");
    // A template literal alone is what Vite expands; one that matches nothing is an error to esbuild.
    if (expanded) assert.deepEqual(byVite, files.sort(), `Vite: ${source}`);
    else assert.deepEqual(byVite, []);
    if (files.length === 0) continue;
    const { metafile } = await build({ absWorkingDir: root, entryPoints: [`row${i}.js`], bundle: true, write: false, metafile: true, logLevel: "silent" });
    for (const file of files) assert.ok(file in metafile.inputs, `esbuild: ${source}: ${file}`);
  }
});
