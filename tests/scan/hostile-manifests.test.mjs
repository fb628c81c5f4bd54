// Manifests that want what is not theirs, or our time: a diagnostic with file, place and reason, and nothing
// outside the package is opened.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { diagnostics, paths, project, run, scan, write } from "./helper.mjs";

// Every target leads to a file of this name, which stands in every folder around the package.
const CANARY = "canary.js";
const UP = `../../${CANARY}`;

// [what it is, the package.json, what is imported (from main.js, or from within), the code]
const outside = [
  ["exports: text", { exports: UP }, "p"],
  ["exports: behind ./", { exports: `./${UP}` }, "p"],
  ["exports: from within", { exports: `./lib/../../../${CANARY}` }, "p"],
  ["exports: absolute", { exports: "/etc/passwd" }, "p"],
  ["exports: a URL", { exports: "file:///etc/passwd" }, "p"],
  ["exports: backslashes", { exports: `./..\\..\\${CANARY}` }, "p"],
  ["exports: through node_modules", { exports: `./node_modules/../../../${CANARY}` }, "p"],
  ["exports: percent escapes are no dots", { exports: `./%2e%2e/%2e%2e/${CANARY}` }, "p", "unresolved-import"],
  ["exports: a condition", { exports: { ".": { import: { default: UP } } } }, "p"],
  ["exports: an array", { exports: { ".": [UP, [`./${UP}`]] } }, "p"],
  ["exports: a pattern's target", { exports: { "./*": "./../../*" } }, `p/${CANARY}`],
  ["exports: a pattern's star", { exports: { "./*": "./*" } }, `p/${UP}`, "refused-specifier"],
  ["exports: a pattern's star, deeper", { exports: { "./a/*": "./*" } }, `p/a/b/../../../../${CANARY}`, "refused-specifier"],
  ["exports: a pattern's star with backslashes", { exports: { "./*": "./*" } }, `p/..\\\\..\\\\${CANARY}`],
  ["exports: a folder", { exports: { "./": "../../" } }, `p/${CANARY}`],
  ["exports: a folder's rest", { exports: { "./a/": "./" } }, `p/a/${UP}`, "refused-specifier"],
  ["imports: text", { imports: { "#x": UP } }, "#x"],
  ["imports: from within", { imports: { "#x": `./lib/../../../${CANARY}` } }, "#x"],
  ["imports: absolute", { imports: { "#x": "/etc/passwd" } }, "#x"],
  ["imports: a URL", { imports: { "#x": "file:///etc/passwd" } }, "#x"],
  ["imports: a package's name that climbs", { imports: { "#x": `q/../../${CANARY}` } }, "#x"],
  ["imports: a star that climbs", { imports: { "#x/*": "./*" } }, `#x/${UP}`],
  ["imports: a star that climbs out of another package", { imports: { "#x/*": "q/*" } }, `#x/${UP}`],
  ["main: absolute", { main: "/etc/passwd" }, "p"],
  ["main: climbs", { main: UP }, "p"],
  ["main: climbs from within", { main: `./lib/../../../${CANARY}` }, "p"],
  ["module: climbs", { module: UP }, "p"],
  ["browser: text", { browser: UP }, "p"],
  ["browser: a file", { browser: { "./a.js": UP } }, "./a.js"],
  ["browser: a file, absolute", { browser: { "./a.js": "/etc/passwd" } }, "./a.js"],
  ["browser: a file, by a URL", { browser: { "./a.js": "file:///etc/passwd" } }, "./a.js"],
  ["browser: a package", { browser: { q: UP } }, "q"],
  ["browser: a main", { main: "./a.js", browser: { "./a.js": UP } }, "p"],
  ["browser: the package", { browser: { ".": UP } }, "p"],
];

function build(t, manifest, specifier) {
  const own = /^[.#q]/.test(specifier) && !specifier.startsWith("p");
  const root = join(project(t), "a/b/root");
  write(root, {
    "main.js": own ? 'import "./node_modules/p/in.js";' : `import "${specifier}";`,
    "node_modules/p/package.json": { name: "p", ...manifest },
    "node_modules/p/in.js": own ? `import "${specifier}";` : "",
    "node_modules/p/a.js": "",
    "node_modules/q/package.json": { name: "q" },
  });
  for (let folder = join(root, "node_modules"); folder.includes("/a"); folder = dirname(folder)) write(folder, { [CANARY]: "" });
  return root;
}

for (const [what, manifest, specifier, code = "refused-target"] of outside) {
  test(`nothing outside is opened. ${what}`, (t) => {
    const root = build(t, manifest, specifier);
    const log = join(root, "strace");
    const wrap = ["strace", "-f", "-qq", "-e", "trace=%file,getdents64", "-o", log];
    const args = ["--entry", "client=main.js", "--src", "node_modules/q"];
    const report = scan(root, args, { wrap, env: { ASAN_OPTIONS: "detect_leaks=0" } });
    const calls = readFileSync(log, "utf8").split("\n").filter((line) => line.includes(CANARY) || line.includes("/etc/passwd"));
    assert.deepEqual(calls, []);
    const found = diagnostics(report, { code });
    assert.equal(found.length, 1, JSON.stringify(report.diagnostics, null, 1));
    const [{ path, line, column, message }] = found;
    assert.ok(path.endsWith(".js") && line === 1 && column === 9, JSON.stringify(found[0]));
    if (code === "refused-target") assert.match(message, /p\/package\.json/);
    assert.ok(paths(report).every((path) => !path.includes(CANARY)));
  });
}

// Every JSON type where it does not belong: [key path, a manifest that holds VALUE there, the types that belong].
const places = [
  ['"name"', '{"name": VALUE}', ["text"]],
  ['"main"', '{"main": VALUE}', ["text"]],
  ['"module"', '{"module": VALUE}', ["text"]],
  ['"jsnext:main"', '{"jsnext:main": VALUE}', ["text"]],
  ['"tsconfig"', '{"tsconfig": VALUE}', ["text"]],
  ['"browser"', '{"browser": VALUE}', ["text", "object", "false"]],
  ['"browser" > "./a"', '{"browser": {"./a": VALUE}}', ["text", "false"]],
  ['"exports"', '{"exports": VALUE}', ["text", "object", "array"]],
  ['"exports" > "."', '{"exports": {".": VALUE}}', ["text", "object", "array"]],
  ['"exports" > "./*" > "import"', '{"exports": {"./*": {"import": VALUE}}}', ["text", "object", "array"]],
  ['"exports" > [1]', '{"exports": ["./a", VALUE]}', ["text", "object", "array"]],
  ['"exports" > [1] > "node" > [0]', '{"exports": ["./a", {"node": [VALUE]}]}', ["text", "object", "array"]],
  ['"imports"', '{"imports": VALUE}', ["object"]],
  ['"imports" > "#a"', '{"imports": {"#a": VALUE}}', ["text", "object", "array"]],
  ['"imports" > "#a" > "default" > [0]', '{"imports": {"#a": {"default": [VALUE]}}}', ["text", "object", "array"]],
];
const values = { text: '"x"', object: "{}", array: "[]", number: "-1.5e3", true: "true", false: "false" };

test("a value of the wrong type, at every place: file, line, column and key path", (t) => {
  const wrong = places.flatMap(([path, manifest, good]) => Object.keys(values).filter((type) => !good.includes(type)).map((type) => ({ path, manifest, type })));
  const files = { "main.js": wrong.map((_, i) => `import "p${i}";`).join("\n") };
  wrong.forEach(({ manifest, type }, i) => {
    files[`node_modules/p${i}/package.json`] = manifest.replace("VALUE", `\n   ${values[type]}\n`);
    files[`node_modules/p${i}/index.js`] = "";
  });
  const report = scan(project(t, files), ["--entry", "main.js"]);
  wrong.forEach(({ path, type }, i) => {
    const found = diagnostics(report, { path: `node_modules/p${i}/package.json` });
    assert.deepEqual(found.map(({ code, line, column }) => [code, line, column]), [["invalid-package-json", 2, 4]], `${path} as ${type}`);
    assert.ok(found[0].message.startsWith(`${path} should be `), found[0].message);
  });
  assert.ok(wrong.length > 50);
});

test("the root of a package.json is an object, or the file counts as none", (t) => {
  const roots = ["[]", "1", '"x"', "null", "true", ""];
  const files = { "main.js": roots.map((_, i) => `import "p${i}";`).join("\n") };
  roots.forEach((text, i) => Object.assign(files, { [`node_modules/p${i}/package.json`]: text, [`node_modules/p${i}/index.js`]: "" }));
  const report = scan(project(t, files), ["--entry", "main.js"]);
  roots.forEach((_, i) => {
    const [{ line, column }] = diagnostics(report, { path: `node_modules/p${i}/package.json` });
    assert.deepEqual([line, column], [1, 1]);
    assert.ok(paths(report).includes(`node_modules/p${i}/index.js`));
  });
});

const MANY = 300_000;
const list = (item) => Array.from({ length: MANY }, (_, i) => item(i)).join(",");
// [what it is, the package.json, whether "p" still resolves to its index]
const heavy = [
  ["nested 100,000 deep", `{"exports":${'{"import":'.repeat(100_000)}"./index.js"${"}".repeat(100_000)}}`, "malformed-json", true],
  ["arrays nested 100,000 deep", `{"exports":${"[".repeat(100_000)}"./index.js"${"]".repeat(100_000)}}`, "malformed-json", true],
  ["nested 100,000 deep where nobody looks", `{"main":"./index.js","x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "malformed-json", true],
  ["50 MB", `{"name":"p","x":"${"x".repeat(50 << 20)}"}`, "manifest-too-large", true],
  ["300,000 values of the wrong type", `{"exports":{".":[${list(() => "5")}]}}`, "invalid-package-json", false],
  ["300,000 values of the wrong type, 900 deep", `{"exports":${'{"a":'.repeat(900)}[${list(() => "5")}]${"}".repeat(900)}}`, "invalid-package-json", false],
  ["the same key 300,000 times", `{"exports":{${list(() => '".":5')},".":"./index.js"}}`, null, true],
  ["300,000 conditions", `{"exports":{".":{${list((i) => `"c${i}":5`)},"default":"./index.js"}}}`, "invalid-package-json", true],
  ["300,000 keys", `{"exports":{${list((i) => `"./k${i}":0`)},".":"./index.js"}}`, "invalid-package-json", true],
  ["patterns each of which begins with the one before", `{"exports":{".":"./index.js",${Array.from({ length: 2000 }, (_, i) => `"./${"a".repeat(i)}*b":null`).join(",")}}}`, null, true],
];

for (const [what, manifest, code, resolves] of heavy) {
  test(`a package.json ${what} is read in bounded time and memory`, (t) => {
    const long = `p/${"a".repeat(2500)}`;
    const root = project(t, { "main.js": `import "p"; import "${long}";`, "node_modules/p/package.json": manifest, "node_modules/p/index.js": "" });
    const started = process.hrtime.bigint();
    const report = scan(root, ["--entry", "main.js", "--memory-limit", "64MiB"], { timeout: 20_000 });
    t.diagnostic(`${Number(process.hrtime.bigint() - started) / 1e6} ms, ${report.stats.memory.peak} bytes`);
    assert.equal(paths(report).includes("node_modules/p/index.js"), resolves);
    const found = diagnostics(report, { path: "node_modules/p/package.json" });
    assert.deepEqual([...new Set(found.map((item) => item.code))], code ? [code] : []);
    assert.ok(found.length <= 20);
  });
}
