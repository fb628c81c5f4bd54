// soak.mjs FOLDER SCANS: so many scans with, for each hundred, 20 invalidations and 5 cancellations.
// Prints what the process holds before and after, as JSON. Needs --expose-gc.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createSession, scan } from "../../node/index.mjs";

const [folder, count] = [process.argv[2], Number(process.argv[3])];
const session = await createSession({ threads: 2 });
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

// Every third scan asks what it does not know, and is told of modules; every seventh of these invalidates meanwhile.
const hooks = (i) => ({
  resolve: async (batch) => {
    if (i % 7 === 0) session.invalidate([join(folder, "src/a.tsx")]);
    return batch.map(({ specifier }) => (i % 2 ? `\0${specifier}` : null));
  },
  load: (id) => `"use client"; // ${id} ${i}`,
});

async function one(i) {
  if (i % 5 === 0) session.invalidate([join(folder, "src/a.tsx")]);
  if (i % 20 === 0) {
    const controller = new AbortController();
    const stop = i % 40 === 0 ? () => new Promise(() => controller.abort()) : undefined;
    const cancelled = session.scan({ root: folder, signal: controller.signal, resolve: stop });
    if (!stop) controller.abort();
    await cancelled.catch((error) => error.report?.clientFiles);
  }
  const report = await (i % 50 === 0 ? scan : (options) => session.scan(options))({ root: folder, onProgress() {}, ...(i % 3 === 0 ? hooks(i) : {}) });
  if (i % 2) return report.clientFiles.length + report.modules.length;
  return report.stats.modules;
}

async function state() {
  for (let i = 0; i < 5; i++) {
    gc();
    await turn();
  }
  return {
    resident: process.memoryUsage().rss,
    handles: process.getActiveResourcesInfo().sort(),
    threads: readdirSync("/proc/self/task").length,
    descriptors: readdirSync("/proc/self/fd").length,
  };
}

async function repeat(times) {
  for (let i = 0; i < times; i++) {
    await one(i);
    if (i % 100 === 99) gc();
  }
}

await repeat(Math.min(count, 200));
const before = await state();
await repeat(count);
const after = await state();
await session.close();
console.log(JSON.stringify({ scans: count, before, after }));
