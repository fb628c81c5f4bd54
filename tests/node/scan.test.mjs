import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { realpathSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { cli, project, prologue, przm, root, small } from "./helper.mjs";

const { createSession, scan, PrologueError } = prologue;

const without = ({ stats, ...rest }) => rest;
const byCommandLine = (folder, ...options) =>
  JSON.parse(execFileSync(cli, ["scan", folder, "--json", ...options], { encoding: "utf8", maxBuffer: 1 << 26 }));

test("the report is the command line's", async (t) => {
  const folder = project(t, small);
  const options = ["--entry", "src/worker.ts"];
  const expected = byCommandLine(folder, ...options, "--edges");
  const session = await createSession({ memoryLimit: "64MiB", threads: 2 });
  t.after(() => session.close());
  const report = await session.scan({ root: folder, entries: { server: ["src/worker.ts"] }, edges: true });
  assert.deepEqual(without(report.toJSON()), without(expected));
  assert.deepEqual(Object.keys(report.toJSON()), Object.keys(expected));
  assert.deepEqual(Object.keys(report.stats), Object.keys(expected.stats));
  assert.deepEqual(report.clientFiles, ["src/a.tsx"]);
  assert.deepEqual(report.serverFiles, ["src/act.ts"]);
  assert.deepEqual(report.modules, expected.modules);
  assert.deepEqual(report.diagnostics, expected.diagnostics);
  assert.deepEqual(report.environments, expected.environments);
  assert.deepEqual(report.entries, expected.entries);
  assert.equal(report.root, realpathSync(folder));
  assert.equal(report.complete, true);
  assert.equal(JSON.parse(JSON.stringify(report)).version, 1);
  assert.equal((await session.scan({ root: pathToFileURL(folder) })).modules[0].imports, undefined);
});

test("the whole generated application", async () => {
  const report = await scan({ root: przm, entries: ["src/worker.tsx"] });
  assert.deepEqual(without(report.toJSON()), without(byCommandLine(przm, "--entry", "src/worker.tsx")));
});

test("modules beside the root are told without the others", async (t) => {
  const folder = project(t, {
    "apps/web/-first.ts": "", // sorts before them
    "apps/web/src/main.ts": 'import "../-first"; import "./own"; import "../../../lib/one"; import "pkg";',
    "apps/web/src/own.ts": "",
    "lib/one.ts": 'import "./node_modules_of_mine/two";',
    "lib/node_modules_of_mine/two.ts": "",
    "node_modules/pkg/index.js": "",
  });
  const report = await scan({ root: `${folder}/apps/web`, entries: ["src/main.ts"] });
  const beside = report.modules.map(({ path }) => path).filter((path) => path.startsWith("../") && !path.includes("/node_modules/"));
  assert.deepEqual(report.beside, beside);
  assert.deepEqual(beside, ["../../lib/node_modules_of_mine/two.ts", "../../lib/one.ts"]);
  assert.deepEqual((await scan({ root: folder, sources: ["lib"] })).beside, []);
});

test("every option reaches the scanner", async (t) => {
  const folder = project(t, {
    "app/main.ts": 'import "~/a"; import "out-1"; import "pkg"; import { T } from "./types"; import "./x/skipped";',
    "app/lib/a.ts": '"use edge: fast";\n"use nothing";',
    "app/types.ts": "export type T = 1;",
    "app/x/skipped.ts": "",
    "node_modules/pkg/package.json": '{"name":"pkg","special":"./s.js","exports":null,"main":"./m.js"}',
    "node_modules/pkg/s.js": "",
    "tsconfig.other.json": '{"compilerOptions":{"verbatimModuleSyntax":true}}',
  });
  const report = await scan({
    root: folder,
    entries: { edge: "app/main.ts" },
    sources: ["app/lib"],
    environments: { edge: { conditions: ["worker"], mainFields: ["special"], browserMaps: true }, client: ["mine"] },
    mode: "development",
    directives: { "use edge: *": "edge", "use nothing": [] },
    alias: [{ from: "~", to: "./app/lib", environment: "edge" }],
    externals: [{ pattern: "out-*", environment: "edge" }],
    excludes: ["app/x"],
    tsconfig: "tsconfig.other.json",
    preserveSymlinks: false,
    noElide: true,
    edges: true,
  });
  const expected = byCommandLine(
    folder, "--entry", "edge=app/main.ts", "--src", "app/lib", "--env", "edge=worker", "--env", "client=mine",
    "--main-fields", "edge=special", "--browser-maps", "edge=yes", "--mode", "development",
    "--directive", "use edge: *=edge", "--directive", "use nothing=", "--alias", "edge=~=./app/lib",
    "--external", "edge=out-*", "--exclude", "app/x", "--tsconfig", "tsconfig.other.json", "--no-elide", "--edges",
  );
  assert.deepEqual(without(report.toJSON()).modules, expected.modules);
  assert.deepEqual(report.diagnostics, expected.diagnostics);
  assert.deepEqual(new Set(report.environments.map((one) => one.name)), new Set(expected.environments.map((one) => one.name)));
  assert.deepEqual(report.modules.map((module) => module.path), [
    "app/lib/a.ts", "app/main.ts", "app/types.ts", "node_modules/pkg/s.js",
  ]);
});

test("both kinds of modules share one implementation", () => {
  const required = createRequire(import.meta.url)(`${root}node/index.cjs`);
  assert.equal(required.createSession, createSession);
  assert.equal(required.PrologueError, PrologueError);
});

test("a wrong option is named", async () => {
  for (const [options, option] of [
    [{ entry: [] }, "options.entry"],
    [{ root: 1 }, "options.root"],
    [{ root: "a\0b" }, "options.root"],
    [{ root: new URL("http://localhost/x") }, "options.root"],
    [{ entries: { server: [1] } }, "options.entries.server[0]"],
    [{ entries: 7 }, "options.entries"],
    [{ sources: "src" }, "options.sources"],
    [{ environments: [] }, "options.environments"],
    [{ environments: { ssr: { condition: [] } } }, "options.environments.ssr.condition"],
    [{ environments: { ssr: { browserMaps: "yes" } } }, "options.environments.ssr.browserMaps"],
    [{ environments: { ssr: [null] } }, "options.environments.ssr[0]"],
    [{ mode: "test" }, "options.mode"],
    [{ directives: { "use x": 1 } }, 'options.directives["use x"]'],
    [{ alias: { "~": "" } }, 'options.alias["~"]'],
    [{ alias: [{ from: "~" }] }, "options.alias[0].to"],
    [{ externals: [3] }, "options.externals[0]"],
    [{ excludes: {} }, "options.excludes"],
    [{ tsconfig: true }, "options.tsconfig"],
    [{ preserveSymlinks: 1 }, "options.preserveSymlinks"],
    [{ noElide: "no" }, "options.noElide"],
    [{ edges: null }, "options.edges"],
    [{ signal: {} }, "options.signal"],
    [{ onProgress: 1 }, "options.onProgress"],
    [{ threads: 0 }, "options.threads"],
    [{ threads: 257 }, "options.threads"],
    [{ memoryLimit: "8 MXB" }, "options.memoryLimit"],
    [{ memoryLimit: -1 }, "options.memoryLimit"],
    [{ memoryLimit: 0.5 }, "options.memoryLimit"],
    [null, "options"],
    ["src", "options"],
  ]) {
    await assert.rejects(scan(options), (error) => {
      assert.ok(error instanceof PrologueError);
      assert.equal(error.code, "invalid-argument", error.stack);
      assert.equal(error.option, option);
      assert.ok(error.message.startsWith(`${option} `), error.message);
      return true;
    });
  }
});

test("the scanner's errors have its codes and what they are about", async (t) => {
  const folder = project(t, small);
  for (const [options, code, detail] of [
    [{ root: `${folder}/none` }, "no-such-root", "/none"],
    [{ root: folder, entries: ["src/none.ts"] }, "no-such-entry", "src/none.ts"],
    [{ root: folder, entries: { edge: ["src/worker.ts"] } }, "no-such-environment", "edge"],
    [{ root: folder, sources: ["none"] }, "no-such-source-folder", "none"],
    [{ root: folder, tsconfig: "none.json" }, "no-such-tsconfig", "none.json"],
    [{ root: folder, memoryLimit: 1024 }, "memory-limit", ""],
  ]) {
    await assert.rejects(scan(options), (error) => {
      assert.equal(error.code, code, error.stack);
      assert.ok(error.message.includes(detail), error.message);
      return true;
    });
  }
});

test("at the memory limit there is a partial report", async () => {
  await assert.rejects(scan({ root: przm, memoryLimit: "1MiB" }), (error) => {
    assert.equal(error.code, "memory-limit");
    assert.equal(error.report.complete, false);
    assert.equal(error.report.stats.exitCode, 3);
    assert.ok(error.report.diagnostics.some((one) => one.code === "memory-limit"));
    return true;
  });
});
