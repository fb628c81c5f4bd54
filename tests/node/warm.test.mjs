// A session keeps what it read, and tells what became of the directive files.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { project, prologue, small } from "./helper.mjs";

const { createSession, scan } = prologue;
const none = { added: [], removed: [], changed: [] };

test("after invalidate() only what it names is read", async (t) => {
  const folder = project(t, small);
  const session = await createSession();
  t.after(() => session.close());
  const options = { root: folder, entries: ["src/worker.ts"] };
  const first = await session.scan(options);
  assert.deepEqual(first.changes, { ...none, added: ["src/a.tsx", "src/act.ts"] });
  assert.equal(first.stats.hitRate, 0);

  session.invalidate([]);
  const second = await session.scan(options);
  assert.deepEqual(second.changes, none);
  assert.equal(second.changes, second.changes);
  assert.equal(second.stats.filesRead, 0);
  assert.equal(second.stats.hitRate, 1);
  assert.equal(second.stats.scan, 2);
  assert.deepEqual(second.modules, first.modules);

  writeFileSync(join(folder, "src/a.tsx"), small["src/a.tsx"].replace('"use client";', ""));
  writeFileSync(join(folder, "src/new.ts"), '"use client";');
  session.invalidate([join(folder, "src/a.tsx")]);
  session.invalidate([join(folder, "src/new.ts")]);
  const third = await session.scan(options);
  assert.deepEqual(third.changes, { added: ["src/new.ts"], removed: ["src/a.tsx"], changed: [] });
  assert.deepEqual(third.clientFiles, ["src/new.ts"]);
  assert.equal(third.stats.filesRead, 2);
  assert.deepEqual(first.clientFiles, ["src/a.tsx"]);
});

test("without a word from a watcher the disk or the system is asked, unless verify is false", async (t) => {
  const folder = project(t, small);
  const session = await createSession();
  t.after(() => session.close());
  await session.scan({ root: folder });
  writeFileSync(join(folder, "src/act.ts"), '"use server";\nexport async function other() {}\n');
  assert.deepEqual((await session.scan({ root: folder, verify: false })).changes, none);
  assert.deepEqual((await session.scan({ root: folder })).changes, { ...none, changed: ["src/act.ts"] });
  mkdirSync(join(folder, "src/more"));
  writeFileSync(join(folder, "src/more/b.tsx"), '"use client";');
  session.invalidate([]);
  assert.deepEqual((await session.scan({ root: folder, verify: true })).changes, { ...none, added: ["src/more/b.tsx"] });
  rmSync(join(folder, "src/more"), { recursive: true });
  session.invalidate([join(folder, "src/more")]);
  assert.deepEqual((await session.scan({ root: folder })).changes, { ...none, removed: ["src/more/b.tsx"] });
});

test("an invalidation takes its turn behind the scan that is under way", async (t) => {
  const folder = project(t, small);
  const session = await createSession();
  t.after(() => session.close());
  await session.scan({ root: folder });
  const under = session.scan({ root: folder, verify: false });
  session.invalidate([join(folder, "src/act.ts")]);
  const after = await session.scan({ root: folder });
  assert.equal((await under).stats.filesRead, 0);
  assert.equal(after.stats.filesRead, 1);
});

test("a failing or cancelled scan takes nothing away", async (t) => {
  const folder = project(t, small);
  const session = await createSession();
  t.after(() => session.close());
  const trusting = { root: folder, verify: false }; // files this young would be read again
  await session.scan(trusting);
  await assert.rejects(session.scan({ ...trusting, entries: ["none.ts"] }), { code: "no-such-entry" });
  const controller = new AbortController();
  const cancelled = session.scan({ ...trusting, signal: controller.signal });
  controller.abort();
  await cancelled.catch((error) => assert.equal(error.code, "cancelled")); // it may be done already
  const next = await session.scan(trusting);
  assert.equal(next.stats.filesRead, 0);
  assert.equal(next.stats.resets, 0);
  assert.deepEqual(next.stats.resetReasons, []);
});

test("without a cache every scan is one of its own", async (t) => {
  const folder = project(t, small);
  const session = await createSession({ cache: false });
  t.after(() => session.close());
  for (let i = 0; i < 2; i++) {
    const report = await session.scan({ root: folder });
    assert.equal(report.stats.cacheHits, 0);
    assert.deepEqual(report.changes, none);
  }
  assert.deepEqual((await scan({ root: folder })).changes, none);
});

test("wrong paths and options are named", async (t) => {
  const session = await createSession();
  t.after(() => session.close());
  assert.throws(() => session.invalidate("a"), { code: "invalid-argument", option: "paths" });
  assert.throws(() => session.invalidate(["a", 1]), { code: "invalid-argument", option: "paths[1]" });
  await assert.rejects(session.scan({ verify: 1 }), { option: "options.verify" });
  await assert.rejects(createSession({ cache: "no" }), { option: "options.cache" });
  await assert.rejects(createSession({ memoryInterval: 0 }), { option: "options.memoryInterval" });
});

test("traces and dumps are written where they are asked for", async (t) => {
  const folder = project(t, small);
  const session = await createSession({ memoryTrace: join(folder, "trace.jsonl"), memoryInterval: 1, memoryAttribution: true });
  await session.scan({ root: folder });
  await session.close();
  const lines = readFileSync(join(folder, "trace.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(lines.length > 1);
});
