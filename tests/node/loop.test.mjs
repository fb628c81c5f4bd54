// JavaScript's thread goes on while a scan runs, and does no more for its answer than was asked for.
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { test } from "node:test";
import { long, prologue, przm } from "./helper.mjs";

const { createSession } = prologue;
const large = { root: przm, entries: ["src/worker.tsx"] };

test("timers run, and progress arrives, while a scan is under way", async (t) => {
  const session = await createSession({ threads: 1, cache: false });
  t.after(() => session.close());
  let [under, turns, seen] = [true, 0, 0];
  const timer = setInterval(() => turns++, 1);
  const scanned = session.scan({ ...long(t), onProgress: () => (seen += Number(under && turns > 0)) });
  await scanned.finally(() => (under = false));
  clearInterval(timer);
  assert.ok(seen > 0);
});

test("a timer of 1 ms never waits more than 20", async (t) => {
  const session = await createSession({ threads: 1, cache: false });
  t.after(() => session.close());
  let worst = Infinity;
  // The machine may be busy with something else: the best of several scans tells about ours.
  for (let tries = 0; tries < 50 && worst > 20; tries++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.enable();
    const report = await session.scan(large);
    assert.equal(report.clientFiles.length, 473);
    await new Promise((resolve) => setTimeout(resolve, 2));
    delay.disable();
    worst = Math.min(worst, delay.max / 1e6);
  }
  t.diagnostic(`longest wait ${worst.toFixed(1)} ms`);
  assert.ok(worst <= 20);
});

test("only the parts that are asked for become objects, once", async (t) => {
  const session = await createSession();
  t.after(() => session.close());
  const parsed = [];
  const { parse } = JSON;
  t.mock.method(JSON, "parse", (text, ...more) => {
    parsed.push(text.length);
    return parse(text, ...more);
  });
  const report = await session.scan(large);
  assert.equal(report.stats.modules, 4588);
  assert.equal(report.complete, true);
  assert.deepEqual(parsed, []);
  const whole = JSON.stringify(report.toJSON()).length;
  parsed.length = 0;
  assert.equal(report.clientFiles, report.clientFiles);
  assert.deepEqual(report.diagnostics, []);
  assert.equal(parsed.length, 1);
  assert.ok(parsed[0] < whole / 10);
  assert.equal(report.modules, report.modules);
  assert.equal(parsed.length, 2);
});
