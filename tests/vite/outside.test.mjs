// What Vite's watcher does not tell of is noticed all the same.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { prologue } from "../../node/vite/index.mjs";
import { VITES, application, serve } from "./helper.mjs";

const PATIENCE = 30_000;
const write = (root, files) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
};

function until(api, holds, what) {
  if (holds(api.report())) return undefined;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: ${api.report().clientFiles}`)), PATIENCE);
    const end = api.subscribe((report) => {
      if (!holds(report)) return;
      clearTimeout(timer);
      end();
      resolve();
    });
  });
}
const has = (path) => (report) => report.clientFiles.includes(path);

const started = async (t, vite, root) => {
  const plugin = prologue();
  await serve(t, vite, root, { plugins: [plugin], resolve: { alias: { "@lib": join(root, "src/lib") } } });
  return plugin.api;
};

for (const vite of VITES) {
  test(`${vite}: packages that are installed while the server runs`, async (t) => {
    const root = application(t, "apps/maps");
    write(root, { "src/user.tsx": '"use client";\nimport "late";\n' });
    const api = await started(t, vite, root);
    assert.ok(api.report().diagnostics.some(({ specifier }) => specifier === "late"));
    write(root, {
      "node_modules/late/package.json": '{ "name": "late", "version": "1.0.0", "main": "index.js" }',
      "node_modules/late/index.js": '"use client";\n',
      "node_modules/.package-lock.json": "{}",
      "src/user.tsx": '"use client";\nimport "late";\n// changed\n',
    });
    await until(api, has("node_modules/late/index.js"), "the installed package never came");
  });

  test(`${vite}: packages of the workspace beside the root`, async (t) => {
    const workspace = application(t, "apps/maps");
    write(workspace, {
      "package.json": "{}",
      "app/index.html": '<script type="module" src="/src/main.ts"></script>',
      "app/package.json": "{}",
      "app/src/main.ts": 'import "../../ui/index";\n',
      "ui/package.json": '{ "name": "ui" }',
      "ui/index.ts": 'import "./Card";\n',
      "ui/Card.tsx": "",
    });
    const api = await started(t, vite, join(workspace, "app"));
    assert.deepEqual(api.report().clientFiles, []);
    await new Promise((resolve) => setTimeout(resolve, 300)); // the watcher has looked at the folder
    write(workspace, { "ui/Card.tsx": '"use client";\n' });
    await until(api, has("../ui/Card.tsx"), "the change never came");
    write(workspace, { "ui/New.tsx": '"use client";\n', "ui/index.ts": 'import "./Card";\nimport "./New";\n' });
    await until(api, has("../ui/New.tsx"), "the new file never came");
  });

  test(`${vite}: what is no script may be what an import leads to`, async (t) => {
    const root = application(t, "apps/maps");
    write(root, { "src/user.tsx": '"use client";\nimport "./late.css";\n' });
    const api = await started(t, vite, root);
    const missing = (report) => report.diagnostics.some(({ specifier }) => specifier === "./late.css");
    assert.ok(missing(api.report()));
    write(root, { "src/late.css": "" });
    await until(api, (report) => !missing(report), "the style never came");
  });
}
