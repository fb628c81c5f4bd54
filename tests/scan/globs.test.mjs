// What the patterns of import.meta.glob stand for, held to tinyglobby with the options that Vite gives it.
import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path/posix";
import { test } from "node:test";
import { escapePath, globSync } from "tinyglobby";
import { link, paths, project, scan } from "./helper.mjs";

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
