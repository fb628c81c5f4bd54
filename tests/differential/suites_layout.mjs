// What a checkout of a conformance suite holds, told by its layout: the tests of ECMAScript's syntax in
// test262, and the inputs of Babel's parser. A case is { path, extension, goals, flow, source }.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

// ---- test262 ---------------------------------------------------------------------------------------

const TEST262 = ["test/language", "test/annexB", "test/staging"];

// `flags: [a, b]`, or a list of lines.
function test262Flags(source) {
  const header = /\/\*---([^]*?)---\*\//.exec(source)?.[1] ?? "";
  const list = /^flags:\s*(\[[^\]]*\]|(?:\s*-\s*\w+)+)/m.exec(header)?.[1] ?? "";
  return new Set(list.match(/\w+/g));
}

function* test262Cases(root) {
  const folders = TEST262.map((folder) => join(root, folder)).filter((folder) => existsSync(folder));
  for (const path of folders.flatMap((folder) => [...filesBelow(folder)])) {
    if (extname(path) !== ".js") continue;
    const text = readFileSync(path, "utf8");
    const flags = test262Flags(text);
    const source = flags.has("onlyStrict") ? `"use strict";\n${text}` : text;
    const module = flags.has("module") || path.endsWith("_FIXTURE.js");
    yield { path, extension: ".js", goals: [module ? "module" : "script"], flow: false, source };
  }
}

// ---- Babel -----------------------------------------------------------------------------------------

const BABEL = "packages/babel-parser/test/fixtures";
const INPUT = /\/input\.(?:[mc]?[jt]s|[jt]sx)$/;

// A folder's options stand in for those of the folders around it, key by key.
function babelOptions(folder, top, known) {
  if (!known.has(folder)) {
    const around = folder === top ? {} : babelOptions(dirname(folder), top, known);
    const file = join(folder, "options.json");
    known.set(folder, existsSync(file) ? { ...around, ...JSON.parse(readFileSync(file, "utf8")) } : around);
  }
  return known.get(folder);
}

function babelExtension(path, plugins) {
  if (!plugins.has("typescript")) return extname(path);
  return plugins.has("jsx") || path.endsWith("x") ? ".tsx" : ".ts";
}

function babelGoals({ sourceType = "script", allowReturnOutsideFunction }) {
  if (sourceType === "unambiguous") return ["module", "commonjs", "script"];
  return [sourceType === "script" && allowReturnOutsideFunction ? "commonjs" : sourceType];
}

function* babelCases(root) {
  const top = join(root, BABEL), known = new Map();
  for (const path of filesBelow(top)) {
    if (!INPUT.test(path)) continue;
    const options = babelOptions(dirname(path), top, known);
    const plugins = new Set((options.plugins ?? []).map((plugin) => [plugin].flat()[0]));
    const source = readFileSync(path, "utf8");
    yield { path, extension: babelExtension(path, plugins), goals: babelGoals(options), flow: plugins.has("flow"), source };
  }
}

// ---- any -------------------------------------------------------------------------------------------

const LAYOUTS = [
  { name: "test262", marks: TEST262.slice(0, 2), cases: test262Cases },
  { name: "Babel", marks: [BABEL], cases: babelCases },
];

// The suites of a folder: it is a checkout, or holds some.
export function suitesIn(folder) {
  const roots = [folder, ...readdirSync(folder).sort().map((name) => join(folder, name))];
  return roots.flatMap((root) =>
    LAYOUTS.filter(({ marks }) => marks.every((mark) => existsSync(join(root, mark)))).map(({ name, cases }) => ({ name, cases: () => cases(root) })),
  );
}
