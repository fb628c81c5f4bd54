// The plugin in Vite 6, 7 and 8, without a browser.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { prologue } from "../../node/vite/index.mjs";
import { VITES, application, create, importVite, keepingLogger, serve } from "./helper.mjs";

const write = (root, files) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
};
const manifest = (value) => JSON.stringify({ name: "p", version: "1.0.0", type: "module", ...value });
const find = (report, path) => report.modules.find((module) => module.path === path);
const get = async (url) => (await fetch(url)).json();

// Each rule of the configuration shows in which module is reached.
const configuredFiles = {
  "src/worker.tsx": `import "@exact";
import "@lib/a";
import "~/b";
import "conditional";
import "outside/inner";
import "/src/absolute";
`,
  "src/exact.ts": "",
  "src/lib/a.ts": "",
  "src/b.ts": "",
  "src/absolute.ts": "",
  "src/main.ts": 'import "./Button";\n',
  "node_modules/conditional/package.json": manifest({
    name: "conditional",
    exports: { development: "./development.js", production: "./production.js" },
  }),
  "node_modules/conditional/development.js": '"use client";\n',
  "node_modules/conditional/production.js": '"use client";\n',
  "node_modules/outside/package.json": manifest({ name: "outside" }),
  "node_modules/outside/inner.js": '"use client";\n',
};

const configured = (root, plugins) => ({
  root,
  configFile: false,
  plugins,
  resolve: { alias: [{ find: /^~\/(.*)/, replacement: `${root}/src/$1` }, { find: "@lib", replacement: "/src/lib" }, { find: "@exact", replacement: join(root, "src/exact.ts") }] },
  environments: {
    rsc: {
      consumer: "server",
      resolve: { conditions: ["react-server", "module", "development|production"], external: ["outside"], noExternal: true },
      build: { rollupOptions: { input: { index: "src/worker.tsx" } } },
    },
  },
});

const reached = [
  "node_modules/conditional/development.js",
  "src/Button.tsx",
  "src/absolute.ts",
  "src/actions.ts",
  "src/b.ts",
  "src/exact.ts",
  "src/lib/a.ts",
  "src/main.ts",
  "src/worker.tsx",
];

for (const vite of VITES) {
  test(`${vite}: a server in middleware mode has its report, another one gives it to whoever waits`, async (t) => {
    const root = application(t, "apps/maps");
    write(root, configuredFiles);
    for (const middlewareMode of [true, false]) {
      const plugin = prologue();
      const server = await create(t, vite, root, { ...configured(root, [plugin]), server: { middlewareMode } });
      if (middlewareMode) assert.ok(plugin.api.report());
      const { report } = await plugin.api.references();
      assert.deepEqual(report.modules.map(({ path }) => path), reached);
      const { code } = await server.environments.client.transformRequest("virtual:prologue/client");
      assert.match(code, /Button/);
    }
  });
}

for (const vite of VITES) {
  test(`${vite}: environments, conditions, aliases and externals are the configuration's`, async (t) => {
    const root = application(t, "apps/maps");
    write(root, configuredFiles);
    const plugin = prologue();
    let atStart;
    const watcher = { name: "watcher", buildStart: () => void (atStart ??= plugin.api.report()) };
    const { url } = await serve(t, vite, root, configured(root, [plugin, watcher]));
    assert.ok(atStart, "the scan is done when the plugins start, before the dependency optimiser does");
    const report = plugin.api.report();
    assert.deepEqual((await plugin.api.ready).clientFiles, report.clientFiles);
    assert.deepEqual(report.modules.map(({ path }) => path), reached);
    assert.deepEqual(report.diagnostics.filter(({ severity }) => severity !== "info"), []);
    assert.deepEqual(find(report, "src/Button.tsx").environments, ["client", "ssr"]);
    assert.deepEqual(find(report, "src/actions.ts").environments, ["rsc"]);
    assert.deepEqual(plugin.api.optimizeDepsExclude(), ["conditional"]);
    const steps = await plugin.api.why("node_modules/conditional/development.js", "client");
    assert.deepEqual(
      steps.map(({ path, environment, specifier }) => [path, environment, specifier]),
      [
        ["src/worker.tsx", "rsc", undefined],
        ["node_modules/conditional/development.js", "client", "conditional"],
      ],
    );

    const stats = await get(`${url}__prologue/stats`);
    assert.equal(stats.clientFiles, 2);
    assert.ok(stats.history.length >= 1);
    assert.ok(stats.history[0].peak > 0);
    const { modules } = await get(`${url}__prologue/report`);
    assert.deepEqual(modules.map(({ path, kind, package: name }) => [path, kind, name]), [
      ["node_modules/conditional/development.js", "client", "conditional"],
      ["src/Button.tsx", "client", null],
      ["src/actions.ts", "server", null],
    ]);
    assert.match(await (await fetch(`${url}__prologue`)).text(), /<h1>Prologue/);
  });

  test(`${vite}: a build has the maps of the production's conditions`, async (t) => {
    const root = application(t, "apps/maps");
    write(root, configuredFiles);
    const { createBuilder } = await importVite(vite);
    const plugin = prologue();
    const logger = keepingLogger();
    const environment = process.env.NODE_ENV;
    process.env.NODE_ENV = "production";
    t.after(() => (environment === undefined ? delete process.env.NODE_ENV : (process.env.NODE_ENV = environment)));
    const config = configured(root, [plugin]);
    config.resolve.alias.push({ find: "@main", replacement: join(root, "src/main.ts") });
    write(root, { "src/main.ts": 'import { modules } from "virtual:prologue/client";\nconsole.log(modules);\n' });
    const builder = await createBuilder({ ...config, customLogger: logger, build: { write: false, minify: false } });
    const { output } = await builder.build(builder.environments.client);
    const code = output.map((chunk) => chunk.code ?? "").join("\n");
    assert.match(code, /"\/src\/Button\.tsx": \(\) => /);
    assert.match(code, /"\/node_modules\/conditional\/production\.js": \(\) => /);
    assert.doesNotMatch(code, /development\.js|import\.meta\.hot/);
    assert.ok(logger.lines.some(({ message }) => /\[prologue\] 2 client, 1 server modules of \d+/.test(message)));
  });

  test(`${vite}: a build fails on an error, with its place; and does not where it is told so`, async (t) => {
    const root = application(t, "apps/maps");
    write(root, { "src/Both.tsx": '"use client";\n"use server";\n' });
    const { build } = await importVite(vite);
    const alias = { "@lib": join(root, "src/lib") };
    const building = (options) =>
      build({ root, configFile: false, customLogger: keepingLogger(), plugins: [prologue(options)], resolve: { alias }, build: { write: false } });
    await assert.rejects(building(), (error) => {
      assert.match(error.message, /conflicting-directives/);
      const place = error.loc ?? error.errors?.[0]?.loc;
      assert.deepEqual([place.file, place.line, place.column], [join(root, "src/Both.tsx"), 2, 2]);
      return true;
    });
    await building({ failOnError: false });
  });
}
