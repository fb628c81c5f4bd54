// What other plugins resolve and generate is found.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { prologue } from "../../node/vite/index.mjs";
import { idFilter } from "../../node/vite/filters.mjs";
import { VITES, application, importVite, keepingLogger, serve } from "./helper.mjs";

const write = (root, files) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
};

// Outside of the source folder, so that nothing but an import leads there.
const files = {
  "src/main.ts": 'import "virtual:routes";\nimport "theme:dark";\nimport "./generated/api";\nimport "nowhere";\nimport "filtered:x";\n',
  "pages/Home.tsx": '"use client";\nimport "./home-part";\n',
  "pages/home-part.ts": "",
  "themes/dark.tsx": '"use client";\n',
  "api/index.ts": '"use server";\n',
  "api/never.ts": '"use server";\n',
};

function plugins(root, calls) {
  return [
    {
      name: "routes",
      resolveId: { filter: { id: /^virtual:routes/ }, handler: (id) => (calls.push(id), `\0${id}`) },
      load: {
        filter: { id: /^\0virtual:routes/ },
        handler: (id) =>
          id === "\0virtual:routes"
            ? 'import "virtual:routes/more"; export const routes: string[] = [];'
            : `export const load = () => import(${JSON.stringify(join(root, "pages/Home.tsx"))});`,
      },
    },
    {
      name: "themes",
      enforce: "pre",
      // Asks the others: Vite's own resolver finds the file.
      async resolveId(id, importer) {
        if (!id.startsWith("theme:")) return null;
        return this.resolve(join(root, "themes", id.slice(6)), importer);
      },
    },
    { name: "generated", resolveId: (id, importer) => (id === "./generated/api" && importer.endsWith("src/main.ts") ? join(root, "api/index.ts") : null) },
    { name: "filtered", resolveId: { filter: { id: { include: /^filtered:/, exclude: /x$/ } }, handler: () => join(root, "api/never.ts") } },
    { name: "throws", resolveId: (id) => { if (id === "nowhere") throw new Error("a plugin that throws"); return null; } },
  ];
}

const reached = ["api/index.ts", "pages/Home.tsx", "pages/home-part.ts", "src/Button.tsx", "src/actions.ts", "src/main.ts", "themes/dark.tsx"];

for (const vite of VITES) {
  test(`${vite}: virtual and generated modules are asked for, in development and in a build`, async (t) => {
    const root = application(t, "apps/maps");
    write(root, files);
    const calls = [];
    const ours = prologue();
    const { server } = await serve(t, vite, root, { plugins: [ours, ...plugins(root, calls)] });
    const paths = (report) => report.modules.map(({ path }) => path).filter((path) => !/virtual:/.test(path) && !path.startsWith("src/lib"));
    const report = ours.api.report();
    assert.deepEqual(paths(report), reached);
    assert.deepEqual(report.clientFiles, ["pages/Home.tsx", "src/Button.tsx", "themes/dark.tsx"]);
    assert.ok(calls.includes("virtual:routes") && calls.includes("virtual:routes/more"));
    assert.ok(calls.every((id) => id.startsWith("virtual:routes")), "the filter is honoured");
    const left = report.diagnostics.filter(({ code }) => code === "unresolved-import").map(({ specifier }) => specifier);
    assert.deepEqual([...new Set(left)].sort(), ["filtered:x", "nowhere"]);
    assert.ok(ours.api.report().modules.some(({ path }) => path === "\0virtual:routes"));
    await server.close();

    const { createBuilder } = await importVite(vite);
    const building = prologue({ failOnError: false });
    const builder = await createBuilder({
      root,
      configFile: false,
      customLogger: keepingLogger(),
      plugins: [building, ...plugins(root, calls)],
      build: { write: false, rollupOptions: { external: ["nowhere", "filtered:x"] } },
    });
    await builder.build(builder.environments.client).catch(() => {}); // "nowhere" leads nowhere for Vite, too
    assert.deepEqual(paths(building.api.report()), reached);
    const cache = join(root, "node_modules/.vite/prologue");
    assert.deepEqual(existsSync(cache) ? readdirSync(cache) : [], [], "nothing is left in the cache folder");
  });
}

for (const vite of VITES) {
  test(`${vite}: an entry that is no file begins where plugins say`, async (t) => {
    const root = application(t, "apps/maps");
    write(root, {
      "worker/main.ts": 'import "../pages/Home";\nimport("named");\n',
      "pages/Home.tsx": '"use client";\n',
      "named/index.ts": '"use server";\n',
      "node_modules/kit/package.json": '{ "name": "kit", "exports": { "./entry": "./entry.mjs" } }',
      "node_modules/kit/entry.mjs": 'import "./client.mjs";',
      "node_modules/kit/client.mjs": '"use client";',
    });
    const worker = {
      name: "worker",
      config: () => ({
        environments: {
          worker: {
            consumer: "server",
            resolve: { conditions: ["react-server"] },
            build: { rollupOptions: { input: { index: "virtual:worker-entry", kit: "kit/entry" } } },
          },
        },
      }),
      resolveId(id) {
        if (id === "virtual:worker-entry") return `\0${id}`;
        return id === "virtual:user-entry" ? this.resolve(join(root, "worker/main.ts")) : null;
      },
      load: (id) => (id === "\0virtual:worker-entry" ? 'import * as mod from "virtual:user-entry";\nexport default mod.default ?? {};' : null),
    };
    const named = { name: "named", resolveId: (id) => (id === "named" ? join(root, "named/index.ts") : null) };
    const ours = prologue();
    await serve(t, vite, root, { plugins: [ours, worker, named] });
    const { entries, clientFiles, serverFiles } = ours.api.report();
    assert.deepEqual(entries.filter(({ environment }) => environment === "worker").map(({ path }) => path), ["node_modules/kit/entry.mjs", "worker/main.ts"]);
    assert.deepEqual(clientFiles, ["node_modules/kit/client.mjs", "pages/Home.tsx", "src/Button.tsx"]);
    assert.ok(serverFiles.includes("named/index.ts"));
  });
}

test("nothing is asked where it is told so", async (t) => {
  const root = application(t, "apps/maps");
  write(root, files);
  const calls = [];
  const ours = prologue({ plugins: false });
  await serve(t, "vite", root, { plugins: [ours, ...plugins(root, calls)] });
  assert.deepEqual(ours.api.report().clientFiles, ["src/Button.tsx"]);
});

test("a plugin that takes every import away is heard where it is asked about all", async (t) => {
  const root = application(t, "apps/maps");
  write(root, { ...files, "src/main.ts": 'import "./Button";\n' });
  const swap = { name: "swap", enforce: "pre", resolveId: (id) => (id === "./Button" ? join(root, "themes/dark.tsx") : null) };
  const report = async (options) => {
    const ours = prologue(options);
    const { server } = await serve(t, "vite", root, { plugins: [ours, swap] });
    await server.close();
    return ours.api.report().clientFiles;
  };
  assert.deepEqual(await report({}), ["src/Button.tsx"]);
  assert.deepEqual(await report({ plugins: "all" }), ["src/Button.tsx", "themes/dark.tsx"]);
});

test("filters: texts, lists, include and exclude, and the composed ones", () => {
  const glob = (pattern) => (id) => id === pattern.replace("*", "x");
  const asked = (filter, ids) => ids.filter((id) => idFilter({ filter, handler() {} }, "/app", glob)?.(id) ?? true);
  const ids = ["a", "b?q", "/app/x.js"];
  assert.deepEqual(asked(undefined, ids), ids);
  assert.deepEqual(asked({ id: /^a$/g }, ["a", "a", "b"]), ["a", "a"]);
  assert.deepEqual(asked({ id: ["*.js", /^b/] }, ids), ["b?q", "/app/x.js"]);
  assert.deepEqual(asked({ id: { exclude: /a/ } }, ids), ["b?q"]);
  assert.deepEqual(asked({ code: /x/ }, ids), ids);
  const id = (pattern, params = {}) => ({ kind: "id", pattern, params });
  assert.deepEqual(asked([{ kind: "include", expr: id("b", { cleanUrl: true }) }], ids), ["b?q"]);
  assert.deepEqual(asked([{ kind: "exclude", expr: { kind: "or", args: [id(/^a/), id(/js$/)] } }], ids), ["b?q"]);
  assert.deepEqual(asked([{ kind: "include", expr: { kind: "code", pattern: "x" } }], ids), ids);
});
