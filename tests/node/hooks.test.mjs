// resolve and load: what is asked of JavaScript, and what becomes of the answers.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { project, prologue, przm } from "./helper.mjs";

const { createSession, scan, PrologueError } = prologue;

const app = {
  "src/worker.ts": 'import "virtual:routes"; import "generated/icons"; import "./missing"; import "node:fs"; import "./a";',
  "src/a.tsx": '"use client";\nexport const A = 1;',
  "src/b.tsx": '"use client";\nexport const B = 1;',
  "src/view.vue": "<script/>",
};
const entries = ["src/worker.ts"];
const paths = (report) => report.modules.map(({ path }) => path);
const specifiers = (batches) => batches.flat().map(({ specifier }) => specifier).sort();

test("what native resolution cannot answer is asked, in batches", async (t) => {
  const root = project(t, app);
  const batches = [];
  const loaded = [];
  const session = await createSession();
  t.after(() => session.close());
  for (let i = 0; i < 3; i++) {
    batches.length = loaded.length = 0;
    const report = await session.scan({
      root,
      entries,
      edges: true,
      async resolve(batch) {
        batches.push(batch);
        await sleep(1);
        return batch.map(({ specifier, importer }) => {
          if (specifier === "virtual:routes") return "\0virtual:routes";
          if (specifier === "generated/icons") return { id: join(root, "src/b.tsx") };
          return importer === "\0virtual:routes" ? { external: true } : null;
        });
      },
      load(id, { environment }) {
        loaded.push([id, environment]);
        return id === "\0virtual:routes" ? { code: 'import "./src/a"; import "elsewhere"; "use client"', moduleType: "ts" } : null;
      },
    });
    assert.deepEqual(specifiers(batches), ["./missing", "elsewhere", "generated/icons", "virtual:routes"]);
    assert.equal(batches.length, 2);
    const [question] = batches[0].filter(({ specifier }) => specifier === "generated/icons");
    assert.deepEqual(question, { specifier: "generated/icons", importer: join(report.root, "src/worker.ts"), environment: "server", kind: "import", unresolved: true });
    assert.deepEqual(loaded, [["\0virtual:routes", "server"], [join(report.root, "src/missing"), "server"]].sort());
    assert.deepEqual(report.clientFiles, ["src/a.tsx", "src/b.tsx"]);
    assert.deepEqual(paths(report), ["\0virtual:routes", "src/a.tsx", "src/b.tsx", "src/worker.ts"]);
    const resolved = report.modules.flatMap(({ imports }) => imports.map((one) => [one.specifier, one.resolved.server]));
    assert.deepEqual(Object.fromEntries(resolved), {
      "./src/a": "src/a.tsx",
      elsewhere: "external:elsewhere",
      "virtual:routes": "\0virtual:routes",
      "generated/icons": "src/b.tsx",
      "./missing": null,
      "node:fs": "external:node:fs",
      "./a": "src/a.tsx",
    });
    assert.deepEqual(report.diagnostics.filter(({ code }) => code === "unresolved-import").map(({ specifier }) => specifier), ["./missing"]);
    assert.equal(report.stats.filesRead, i ? 0 : 3);
  }
});

test("nothing else is asked", async () => {
  let asked = 0;
  const hooks = { resolve: (batch) => batch.map(() => void asked++), load: () => null };
  const options = { root: przm, entries: ["src/worker.tsx"] };
  const [plain, hooked] = [await scan(options), await scan({ ...options, ...hooks })];
  const without = ({ stats, ...rest }) => rest;
  assert.deepEqual(without(hooked.toJSON()), without(plain.toJSON()));
  assert.equal(asked, plain.stats.unresolved);
});

test("filters name what is asked first", async (t) => {
  const root = project(t, {
    "src/main.ts": 'import "#one"; import "./view.vue"; import "./kept"; import "unknown"; import "./a.tsx";',
    "src/kept.ts": "",
    "src/a.tsx": app["src/a.tsx"],
    "src/b.tsx": app["src/b.tsx"],
    "src/view.vue": "<script/>",
    "package.json": '{"imports":{"#one":"./src/kept.ts"}}',
  });
  for (const [named, vue] of [["#*", "*.vue"], [/^#/, /\.vue$/], [["#*", /^nothing$/g], [/\.vue$/g, "nothing"]]]) {
    const asked = [];
    const loaded = [];
    const report = await scan({
      root,
      entries: ["src/main.ts"],
      resolve: {
        filter: named,
        handler(batch) {
          asked.push(...batch.map(({ specifier, unresolved }) => `${specifier} ${unresolved}`));
          return batch.map(({ specifier }) => (specifier === "#one" ? join(root, "src/b.tsx") : undefined));
        },
      },
      load: {
        filter: vue,
        handler(id) {
          loaded.push(id.slice(root.length + 1));
          return id.endsWith(".vue") ? { code: 'import type { T } from "./b"; import x from "./kept"; x()', moduleType: "ts" } : null;
        },
      },
    });
    assert.deepEqual(asked.sort(), ["#one false", "unknown true"]);
    assert.deepEqual(loaded.filter((id) => id.endsWith(".vue")), ["src/view.vue"]);
    assert.deepEqual(loaded.filter((id) => /\.tsx?$/.test(id)), []);
    assert.deepEqual(report.clientFiles, ["src/a.tsx", "src/b.tsx"]);
    assert.deepEqual(paths(report), ["src/a.tsx", "src/b.tsx", "src/kept.ts", "src/main.ts", "src/view.vue"]);
  }
});

test("what a hook throws, and a wrong answer, end the scan", async (t) => {
  const root = project(t, app);
  const session = await createSession();
  t.after(() => session.close());
  const oops = new Error("no database");
  const fail = () => {
    throw oops;
  };
  await assert.rejects(session.scan({ root, entries, resolve: fail }), oops);
  await assert.rejects(session.scan({ root, entries, resolve: async () => fail() }), oops);
  await assert.rejects(session.scan({ root, entries, load: fail }), oops);
  const wrong = (options, pattern) =>
    assert.rejects(session.scan({ root, entries, ...options }), (error) => {
      assert.ok(error instanceof PrologueError);
      assert.equal(error.code, "invalid-argument");
      assert.match(error.message, pattern);
      return true;
    });
  await wrong({ resolve: () => null }, /options\.resolve must return an array/);
  await wrong({ resolve: () => [] }, /an answer for each question/);
  await wrong({ resolve: (batch) => batch.map(() => 7) }, /options\.resolve answered with something other/);
  await wrong({ load: () => 7 }, /options\.load answered with something other/);
  await wrong({ load: () => ({ code: "", moduleType: 3 }) }, /options\.load answered/);
  await wrong({ resolve: 3 }, /options\.resolve must be a function/);
  await wrong({ resolve: { filter: 3, handler: fail } }, /options\.resolve\.filter must be/);
  await wrong({ resolve: (batch) => batch.map(() => "x".repeat(5000)), load: () => null }, /longer than a path/);
  const report = await session.scan({ root, entries });
  assert.equal(report.complete, true);
});

test("a scan that waits for an answer is cancelled, closed and outlived", async (t) => {
  const root = project(t, app);
  const session = await createSession();
  const controller = new AbortController();
  const never = new Promise(() => {});
  const began = Date.now();
  const resolve = () => {
    setTimeout(() => controller.abort(new Error("enough")), 5);
    return never;
  };
  await assert.rejects(session.scan({ root, entries, resolve, signal: controller.signal }), ({ code, cause, report }) => {
    assert.equal(code, "cancelled");
    assert.equal(cause.message, "enough");
    assert.equal(report.complete, false);
    return true;
  });
  assert.ok(Date.now() - began < 5000);
  let late;
  const answered = new Promise((done) => (late = done));
  const closing = session.scan({
    root,
    entries,
    resolve: async (batch) => {
      session.close();
      await answered;
      return batch.map(() => null);
    },
  });
  await assert.rejects(closing, { code: "cancelled" });
  late();
  await session.close();
});

test("a Worker ends while its scan waits for an answer", async (t) => {
  const root = project(t, app);
  const url = new URL("../../node/index.mjs", import.meta.url).href;
  const worker = new Worker(
    `import(${JSON.stringify(url)}).then(async ({ createSession }) => {
       const session = await createSession();
       const { parentPort } = require("node:worker_threads");
       session.scan({ root: ${JSON.stringify(root)}, entries: ["src/worker.ts"], resolve: () => (parentPort.postMessage("asked"), new Promise(() => {})) });
     });`,
    { eval: true },
  );
  await new Promise((done) => worker.once("message", done));
  await worker.terminate();
});

test("many answers, and several scans at once", async (t) => {
  const names = Array.from({ length: 3000 }, (_, i) => `made-${i}`);
  const root = project(t, { "src/main.ts": names.map((name) => `import "${name}";`).join("\n") });
  const sessions = await Promise.all([createSession({ threads: 1 }), createSession({ threads: 4 })]);
  t.after(() => Promise.all(sessions.map((session) => session.close())));
  let largest = 0;
  const options = {
    root,
    entries: ["src/main.ts"],
    resolve: (batch) => {
      largest = Math.max(largest, batch.length);
      return batch.map(({ specifier }) => `\0${specifier}`);
    },
    load: async (id) => `"use ${id.endsWith("7") ? "client" : "server"}";`,
  };
  const reports = await Promise.all([...sessions, ...sessions].map((session) => session.scan(options)));
  for (const report of reports) {
    assert.equal(report.clientFiles.length, 300);
    assert.equal(report.serverFiles.length, 2700);
    assert.deepEqual(report.clientFiles, reports[0].clientFiles);
  }
  assert.deepEqual(reports[0].changes.added.length, 3000);
  assert.ok(reports[0].changes.added.includes("\0made-7"));
  assert.ok(largest >= 100);
});

const plain = ({ stats, ...rest }) => rest;

// A session beside a new one: what is said of `said` changes from scan to scan.
async function compared(root, optionsOf) {
  const session = await createSession();
  const reports = [];
  for (let i = 0; i < 4; i++) {
    const report = await session.scan({ root, ...optionsOf(i) });
    assert.deepEqual(plain(report.toJSON()), plain((await scan({ root, ...optionsOf(i) })).toJSON()), `scan ${i}`);
    reports.push(report);
  }
  await session.close();
  return reports;
}

test("a source file that nobody imports is asked for in each scan", async (t) => {
  const root = project(t, { "src/v.tsx": '"use client"' });
  const answers = [null, '"use server"', '"use client"', null];
  const reports = await compared(root, (i) => ({ load: { filter: "*/v.tsx", handler: () => answers[i] } }));
  assert.deepEqual(reports.map(({ serverFiles }) => serverFiles.length), [0, 1, 0, 0]);
});

test("an entry of two environments is one module where it is loaded the same", async (t) => {
  const root = project(t, { "lib/a.tsx": "", "lib/b.tsx": "", "src/x.ts": "" });
  const load = { filter: "*/a.tsx", handler: () => 'import "./b"' };
  const { modules } = await scan({ root, entries: { server: ["lib/a.tsx"], client: ["lib/a.tsx"] }, load });
  assert.deepEqual(modules.map(({ environments }) => environments), [["server", "client"], ["server", "client"]]);
});

test("a filter of files does not change where imports lead", async (t) => {
  const root = project(t, {
    "src/main.ts": 'import "../lib/x.js"; import "p";',
    "lib/x.ts": "",
    "node_modules/p/package.json": '{"main":"./missing.js"}',
    "node_modules/p/index.js": "",
  });
  const options = { root, entries: ["src/main.ts"], edges: true };
  const hooked = await scan({ ...options, load: { filter: /./, handler: () => null } });
  assert.deepEqual(plain(hooked.toJSON()), plain((await scan(options)).toJSON()));
});

test("what was wrong with a manifest is told only where an import leads to it", async (t) => {
  const files = { "src/main.ts": 'import "bad0"; import "ok1"; import "ok2"; import "bad3";' };
  for (const name of ["bad0", "ok1", "ok2", "bad3"]) files[`node_modules/${name}/index.js`] = "";
  for (const name of ["bad0", "bad3"]) files[`node_modules/${name}/package.json`] = "{ nope";
  const entries = ["src/main.ts"];
  const handler = (i) => (batch) => batch.map(() => (i % 2 ? { external: true } : null));
  await compared(project(t, files), (i) => ({ entries, resolve: { filter: "bad*", handler: handler(i) } }));
  const root = project(t, { ...files, "src/main.ts": 'import "virtual:v"' });
  await compared(root, (i) => ({ entries, load: () => ({ code: 'import x from "bad0"', moduleType: i % 2 ? "ts" : "js" }) }));
});

test("an answer that changes while it is read ends no process", async (t) => {
  const root = project(t, { "src/main.ts": 'import "virtual:v"' });
  let reads = 0;
  await assert.rejects(scan({ root, entries: ["src/main.ts"], load: () => ({ code: "", moduleType: "t\0" }) }), { code: "invalid-argument" });
  await scan({ root, entries: ["src/main.ts"], load: () => ({ get code() { return reads++ ? 7 : ""; } }) });
});
