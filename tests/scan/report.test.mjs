// The report: its schema, its order, its positions.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fixtures, project, run, scan } from "./helper.mjs";

// ---- a schema small enough to read: a function checks, an array is optional-last, an object lists its members

const text = (value) => typeof value === "string";
const count = (value) => Number.isInteger(value) && value >= 0;
const number = (value) => typeof value === "number" && value >= 0;
const one = (...values) => (value) => values.includes(value);
const listOf = (schema) => (value, at) => Array.isArray(value) && value.every((item, i) => check(item, schema, `${at}[${i}]`));
const mapOf = (schema) => (value, at) => Object.entries(value).every(([key, item]) => check(item, schema, `${at}.${key}`));
const optional = (schema) => ({ optional: schema });

function check(value, schema, at) {
  if (typeof schema === "function") assert.ok(schema(value, at), `${at}: ${JSON.stringify(value)?.slice(0, 200)}`);
  else {
    assert.equal(typeof value, "object", at);
    const known = Object.keys(schema);
    assert.deepEqual(Object.keys(value).filter((key) => !known.includes(key)), [], `${at}: unknown members`);
    for (const [key, wanted] of Object.entries(schema)) {
      if (wanted.optional && value[key] === undefined) continue;
      assert.ok(key in value, `${at}.${key} is missing`);
      check(value[key], wanted.optional ?? wanted, `${at}.${key}`);
    }
  }
  return true;
}

const position = { start: count, end: count, line: count, column: count };
const SUBSYSTEMS = ["paths", "realpath cache", "directory listings", "package data", "graph", "facts", "leases", "grammar parser", "report"];
const REPORT = {
  version: one(1),
  tool: one("prologue 0.1.0"),
  root: (value) => text(value) && value.startsWith("/"),
  complete: (value) => typeof value === "boolean",
  environments: listOf({ name: text, conditions: listOf(text) }),
  entries: listOf({ path: text, environment: text }),
  clientFiles: listOf(text),
  serverFiles: listOf(text),
  modules: listOf({
    path: text,
    environments: listOf(text),
    directives: listOf({ value: text, ...position }),
    functionDirectives: listOf({ value: text, function: text, ...position }),
    imports: optional(listOf({
      specifier: text, kind: one("import", "export", "dynamic", "require", "glob"), ...position,
      resolved: mapOf((value) => value === null || text(value) || listOf(text)(value)),
    })),
  }),
  diagnostics: listOf({
    severity: one("error", "warning", "info"), code: text, path: optional(text), line: optional(count), column: optional(count),
    environment: optional((value) => value === null || text(value)), specifier: optional((value) => value === null || text(value)), message: text, count: (value) => count(value) && value > 0,
  }),
  stats: {
    modules: count, visits: count, filesRead: count, bytesRead: count, readsJoined: count, realpathHits: count, realpathMisses: count,
    directoriesListed: count, grammarFiles: count, importsResolved: count, unresolved: count, cacheHits: count, cacheMisses: count,
    hitRate: (value) => number(value) && value <= 1, scan: one(1), resets: one(0), resetReasons: listOf(text), exitCode: one(0, 1, 3, 130), threads: count, elapsedMs: number,
    memory: { limit: count, current: count, peak: count, subsystems: Object.fromEntries(SUBSYSTEMS.map((name) => [name, { current: count, peak: count }])) },
  },
};

const sorted = (list, what) => {
  const bytes = list.map((item) => Buffer.from(item));
  for (let i = 1; i < bytes.length; i++) assert.ok(Buffer.compare(bytes[i - 1], bytes[i]) < 0, `${what} at ${list[i]}`);
};

/** Line and column, counted the slow way. */
function place(bytes, start) {
  const before = bytes.subarray(0, start).toString("utf8").replace(/^\uFEFF/, "");
  const lines = before.split(/\r\n|[\n\r\u2028\u2029]/);
  return [lines.length, lines.at(-1).length + 1];
}

function checkPositions(report) {
  for (const { path, directives, functionDirectives, imports } of report.modules) {
    const bytes = readFileSync(join(report.root, path));
    for (const { value, specifier, kind, start, end, line, column } of [...directives, ...functionDirectives, ...(imports ?? [])]) {
      const at = `${path}:${line}:${column}`;
      const between = bytes.subarray(start, end).toString("utf8");
      if (value !== undefined) assert.equal(between, value, at);
      else if (kind !== "glob" && !between.includes("\\")) assert.equal(between, specifier, at);
      if (kind !== "glob") assert.match(String.fromCharCode(bytes[start - 1], bytes[end]), /^(""|''|``)$/, at);
      assert.deepEqual([line, column], place(bytes, start), at);
    }
  }
}

function checkReport(report) {
  check(report, REPORT, "report");
  for (const key of ["clientFiles", "serverFiles"]) sorted(report[key], key);
  sorted(report.modules.map(({ path }) => path), "modules");
  const order = report.environments.map(({ name }) => name);
  for (const { path, environments } of report.modules) {
    assert.ok(environments.length > 0, path);
    assert.deepEqual(environments, order.filter((name) => environments.includes(name)), path);
  }
  const { modules, visits, memory } = report.stats;
  assert.equal(modules, report.modules.length);
  assert.equal(visits, report.modules.reduce((sum, { environments }) => sum + environments.length, 0));
  assert.equal(memory.current, Object.values(memory.subsystems).reduce((sum, { current }) => sum + current, 0));
  assert.ok(memory.current <= memory.peak && memory.peak <= memory.limit);
}

for (const [name, { root, args }] of Object.entries(fixtures)) {
  test(`${name}: schema, order, positions`, () => {
    const report = scan(root, [...args, "--edges"]);
    checkReport(report);
    checkPositions(report);
    assert.ok(report.complete);
  });

  test(`${name}: every edge leads to a module, a leaf or a name`, () => {
    const report = scan(root, [...args, "--edges"]);
    const visited = new Map(report.modules.map((module) => [module.path, module]));
    for (const { path, environments, imports } of report.modules) {
      for (const { specifier, resolved } of imports) {
        assert.deepEqual(Object.keys(resolved).sort(), [...environments].sort(), `${path} ${specifier}`);
        for (const target of Object.values(resolved).flat()) {
          if (target === null || target === "ignored" || target.startsWith("external:")) continue;
          assert.ok(visited.has(target) || specifier.includes("?") || !/\.(?:[cm]?[jt]s|[jt]sx|mdx)$/.test(target) || /\.d\.[^/]*$/.test(target), `${path} -> ${target}`);
        }
      }
    }
  });
}

test("without --edges there are no imports", (t) => {
  const report = scan(project(t, { "src/a.ts": "'use client'; import './a'" }));
  assert.equal("imports" in report.modules[0], false);
  checkReport(report);
});

test("positions behind byte order marks, every line end, and characters of every size", (t) => {
  const source = "\uFEFF// é 日 😀\r\n/* \u2028 \u2029 */ 'use client'\r;/* 😀é */ import './b'\nconst f = async () => {\r  'use server'\r};";
  const root = project(t, { "src/a.ts": source, "src/b.ts": "" });
  const report = scan(root, ["--edges"], { status: 0 });
  checkReport(report);
  checkPositions(report);
  const [module] = report.modules;
  assert.deepEqual([module.directives.length, module.functionDirectives.length, module.imports.length], [1, 1, 1]);
});

test("unresolved is null, globs list what they match", (t) => {
  const root = project(t, { "src/a.ts": "'use client'; import './gone'; import.meta.glob('./p/*.ts')", "src/p/x.ts": "", "src/p/y.ts": "" });
  const [module] = scan(root, ["--edges"]).modules;
  assert.deepEqual(module.imports[0].resolved, { client: null });
  assert.equal(module.imports[1].kind, "glob");
});

test("text that needs escapes in JSON", (t) => {
  const specifier = './"\\\\\\u0001\\u2028é';
  const root = project(t, { "src/a.ts": `'use client'; import '${specifier.replace('"', '\\"')}'` });
  const report = scan(root, ["--edges"]);
  assert.equal(report.modules[0].imports[0].specifier, './"\\\u0001\u2028é');
});

test("bytes that are no UTF-8 still give valid JSON", (t) => {
  const root = project(t, { "src/a.js": Buffer.concat([Buffer.from("'use client'; import './"), Buffer.from([0xff, 0xfe, 0x80]), Buffer.from("'")]) });
  const { stdout } = run(["scan", root, "--json", "--edges"], { encoding: "buffer" });
  new TextDecoder("utf-8", { fatal: true }).decode(stdout);
  JSON.parse(stdout.toString());
});
