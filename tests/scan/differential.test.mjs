// Our reader against oxc-parser and against itself, file by file: a sample of the fixtures, all of them with --full,
// and the checkouts that --suites names (test262, or a peer's tests).
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseSync } from "oxc-parser";
import { readFacts } from "../reference/facts.mjs";
import { isScript } from "../reference/walk.mjs";
import { fixtures, run, scan } from "./helper.mjs";

const EVERY = process.env.PROLOGUE_FULL ? 1 : 10;
const SHOWN = 20;

/** Map of path to what `inspect` says. */
function inspect(files, args = []) {
  const { stdout } = run(["inspect", "--files-from", "-", ...args], { input: files.join("\n") });
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ path }) => path), files);
  return new Map(lines.map((line) => [line.path, line]));
}

const certain = ({ diagnostics, unsure }) => !unsure && !diagnostics.some(({ code }) => code === "not-certain");
const followed = (imports) =>
  imports.filter(({ typeOnly, elided, kind }) => !typeOnly && !elided && kind !== "glob").map(({ kind, specifier }) => `${kind} ${specifier}`).sort();

function none(differences, of) {
  assert.deepEqual(differences.slice(0, SHOWN), [], `${differences.length} of ${of} files differ`);
}

function againstParser(files) {
  const differences = [];
  for (const [path, ours] of inspect(files)) {
    if (!certain(ours)) continue;
    const theirs = readFacts(path, readFileSync(path, "utf8"));
    // rolldown's transform says which imports stay; those that it drops are typeOnly here.
    const wanted = { directives: theirs.directives, imports: theirs.imports.filter(({ kind }) => kind !== "glob").map(({ kind, specifier }) => `${kind} ${specifier}`).sort() };
    const got = { directives: ours.directives.map(({ value }) => value), imports: followed(ours.imports) };
    if (JSON.stringify(got) !== JSON.stringify(wanted)) differences.push({ path, got, wanted });
  }
  none(differences, files.length);
}

function againstItself(files) {
  const grammar = inspect(files, ["--reader", "grammar"]);
  const differences = [];
  let compared = 0;
  for (const [path, lexer] of inspect(files, ["--reader", "lexer"])) {
    const other = grammar.get(path);
    if (!certain(lexer) || !certain(other)) continue;
    compared++;
    const [a, b] = [lexer, other].map((line) => JSON.stringify({ ...line, reader: "", diagnostics: [] }));
    if (a !== b) differences.push({ path, lexer: a, grammar: b });
  }
  none(differences, files.length);
  return compared;
}

for (const [name, { root, args }] of Object.entries(fixtures)) {
  const sample = () => {
    const { root: real, modules } = scan(root, args);
    return modules.map(({ path }) => join(real, path)).filter((path, i) => i % EVERY === 0 || !path.includes("node_modules"));
  };
  test(`${name}: as oxc-parser reads it`, () => againstParser(sample()));
  test(`${name}: lexer and grammar see the same`, (t) => {
    const files = sample().filter((path) => !path.endsWith(".mdx"));
    const compared = againstItself(files);
    t.diagnostic(`${compared} of ${files.length} files compared`);
    assert.ok(compared >= files.length * 0.95);
  });
}

const parses = (path) => {
  const source = readFileSync(path, "utf8");
  const lang = /\.[cm]?ts$/.test(path) ? "ts" : path.endsWith(".tsx") ? "tsx" : "jsx";
  return ["module", "script"].some((sourceType) => parseSync(path, source, { lang, sourceType }).errors.length === 0);
};

for (const suite of process.env.PROLOGUE_SUITES ? [process.env.PROLOGUE_SUITES] : []) {
  const files = readdirSync(suite, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isScript(entry.name) && !entry.name.endsWith(".mdx") && !/[\n]/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.includes("/node_modules/"));
  test(`${suite}: as oxc-parser reads it`, () => againstParser(files.filter(parses)));
  test(`${suite}: lexer and grammar see the same`, () => void againstItself(files));
}
