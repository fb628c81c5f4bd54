// Cancelling, closing, ending: at any moment, with nothing left behind.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { long, project, prologue, przm, root, small } from "./helper.mjs";

const { createSession, scan } = prologue;
const run = promisify(execFile);
const index = JSON.stringify(new URL("../../node/index.mjs", import.meta.url).href);
const large = { root: przm, entries: ["src/worker.tsx"] };

// A program of its own; what it prints, once it has ended by itself.
const program = async (source) =>
  (await run(process.execPath, ["--input-type=module", "-e", `import { createSession, scan } from ${index};\n${source}`], {
    timeout: 60_000,
    env: process.env,
    cwd: root,
  })).stdout;
const options = JSON.stringify(large);

const rejected = (promise, code) =>
  assert.rejects(promise, (error) => error.code === code || assert.fail(error));

test("scans of a session are queued, those of two sessions are not", async (t) => {
  const folder = project(t, small);
  const [one, two] = await Promise.all([createSession(), createSession({ threads: 1 })]);
  const order = [];
  const scans = [1, 2, 3].map((n) => one.scan({ root: folder }).then((report) => order.push([n, report.stats.scan])));
  const other = two.scan({ root: folder });
  await Promise.all([...scans, other]);
  assert.deepEqual(order, [[1, 1], [2, 2], [3, 3]]);
  assert.equal((await other).stats.scan, 1);
  const stats = one.stats();
  assert.equal(stats.scan, 3);
  assert.equal(stats.pid, process.pid);
  assert.equal(stats.threadId, 0);
  assert.notEqual(stats.session, two.stats().session);
  await Promise.all([one.close(), two.close(), one.close()]);
  await rejected(one.scan({ root: folder }), "session-closed");
  assert.equal(one.stats().scan, 3);
});

test("a signal stops the scan that runs, and one that waits", async () => {
  const session = await createSession();
  const [running, waiting] = [new AbortController(), new AbortController()];
  const first = session.scan({ ...large, signal: running.signal });
  const second = session.scan({ ...large, signal: waiting.signal });
  const third = session.scan({ ...large, signal: new AbortController().signal });
  waiting.abort("never mind");
  await assert.rejects(second, { code: "cancelled", cause: "never mind" });
  running.abort();
  await rejected(first, "cancelled");
  assert.equal((await third).clientFiles.length, 473);
  running.abort();
  await rejected(session.scan({ ...large, signal: running.signal }), "cancelled");
  await session.close();
});

test("what a cancelled scan knows is in the error", async () => {
  let report;
  for (let ms = 1; !report; ms = (ms % 10) + 1) {
    await scan({ ...large, signal: AbortSignal.timeout(ms) }).catch((error) => ({ report } = error));
  }
  assert.equal(report.complete, false);
  assert.equal(report.stats.exitCode, 130);
});

test("a cancellation that comes too late stops nothing else", async (t) => {
  const folder = project(t, small);
  const session = await createSession();
  let cancelled = 0;
  for (let i = 0; i < 100; i++) {
    const controller = new AbortController();
    const ended = session.scan({ root: folder, signal: controller.signal }).catch((error) => {
      assert.equal(error.code, "cancelled");
      cancelled++;
    });
    if (i % 4) await new Promise(setImmediate);
    if (i % 3) await new Promise((resolve) => setTimeout(resolve, i % 3));
    controller.abort();
    const next = await session.scan({ root: folder });
    assert.equal(next.complete, true);
    await ended;
  }
  assert.ok(cancelled > 0);
  await session.close();
});

test("progress is told, and what it throws ends the scan", async (t) => {
  const session = await createSession({ threads: 1, cache: false });
  let told;
  await session.scan({ ...long(t), onProgress: (progress) => (told ??= progress) });
  assert.deepEqual(Object.keys(told), ["filesRead", "bytesRead", "modules", "pending", "elapsedMs"]);
  assert.ok(Object.values(told).every(Number.isFinite));
  const spoiled = new Error("spoiled");
  const failing = session.scan({ ...long(t), onProgress: () => { throw spoiled; } });
  await assert.rejects(failing, (error) => error === spoiled);
  await session.close();
});

test("closing stops the scan that runs and those that wait", async () => {
  const session = await createSession();
  const scans = [session.scan(large), session.scan(large)];
  await new Promise((resolve) => setTimeout(resolve, 5));
  const closed = session.close();
  for (const one of scans) await rejected(one, "cancelled");
  await closed;
});

test("a session that is open does not keep the process, a scan does", async () => {
  assert.equal(await program(`globalThis.session = await createSession();`), "");
  assert.equal(await program(`scan(${options}).then((report) => console.log(report.clientFiles.length));`), "473\n");
});

test("the process may exit in the middle of scans", async () => {
  for (const ms of [0, 3, 10]) {
    const source = `const s = await createSession(); s.scan(${options}); scan(${options});
      setTimeout(() => { console.log("end"); process.exit(); }, ${ms});`;
    assert.equal(await program(source), "end\n");
  }
});

test("what is not held any more is collected, threads and all", async () => {
  const source = `
    import { readdirSync } from "node:fs";
    const threads = () => readdirSync("/proc/self/task").length;
    const turn = () => new Promise((resolve) => setTimeout(resolve, 10));
    await (await createSession()).close();
    const before = threads();
    let report = await (await createSession()).scan(${options});
    for (let i = 0; i < 20; i++) await createSession();
    let closed = 0;
    for (let i = 0; i < 20; i++) { (await createSession()).close().then(() => closed++); gc(); }
    for (let i = 0; i < 500 && (threads() > before || closed < 20); i++) { gc(); await turn(); }
    if (closed < 20) console.log("closed", closed);
    console.log(threads() - before, report.clientFiles.length, process.getActiveResourcesInfo().filter((one) => one !== "PipeWrap" && one !== "TTYWrap" && one !== "Timeout").length);`;
  const { stdout } = await run(process.execPath, ["--expose-gc", "--input-type=module", "-e",
    `import { createSession, scan } from ${index};\n${source}`], { env: process.env, timeout: 60_000 });
  assert.equal(stdout, "0 473 0\n");
});

test("worker threads have sessions of their own, and may be ended in the middle of a scan", async () => {
  const source = `
    import { parentPort, threadId } from "node:worker_threads";
    import { createSession } from ${index};
    const session = await createSession({ threads: 1 });
    const report = await session.scan(${options});
    parentPort.postMessage([report.clientFiles.length, session.stats().threadId === threadId]);
    session.scan(${options});
    session.scan(${options});`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const own = scan(large);
  await Promise.all([1, 2, 3].map(async () => {
    const worker = new Worker(url, { env: process.env });
    const [message] = await once(worker, "message");
    assert.deepEqual(message, [473, true]);
    await worker.terminate();
  }));
  assert.equal((await own).clientFiles.length, 473);
  const alone = `import { Worker } from "node:worker_threads";
    for (let i = 0; i < 5; i++) {
      const worker = new Worker(new URL(${JSON.stringify(url.href)}));
      if (i % 2) await new Promise((resolve) => worker.once("message", resolve));
      else await new Promise((resolve) => setTimeout(resolve, 40 * i));
      await worker.terminate();
    }
    console.log("done");`;
  assert.equal(await program(alone), "done\n"); // the addon is unloaded with the last of its environments
});
