// Source files below a folder, and their comparison in as many threads as there are processors.
import { lstatSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

const SCRIPT = /\.(?:[mc]?js|[mc]?ts|jsx|tsx|mdx)$/;
const DECLARATION = /\.d\.(?:[mc]?[jt]s|[jt]sx|[^/]*\.ts)$/;
const BATCH = { files: 400, bytes: 4 << 20 };

/** Symbolic links are not followed: what they lead to is found where it is. */
export function* filesBelow(path) {
  const stat = lstatSync(path);
  if (stat.isFile() && SCRIPT.test(path) && !DECLARATION.test(path)) yield { path, bytes: stat.size };
  if (!stat.isDirectory()) return;
  for (const name of readdirSync(path).sort()) yield* filesBelow(join(path, name));
}

function* batches(files) {
  let batch = [], bytes = 0;
  for (const file of files) {
    batch.push(file.path);
    bytes += file.bytes;
    if (batch.length < BATCH.files && bytes < BATCH.bytes) continue;
    yield batch;
    batch = [], bytes = 0;
  }
  if (batch.length) yield batch;
}

function ask(worker, message) {
  return new Promise((done, fail) => {
    worker.once("error", fail);
    worker.once("message", (results) => {
      worker.off("error", fail);
      done(results);
    });
    worker.postMessage(message);
  });
}

/** Calls `each` for every file's result, in any order; tells how many files there were. */
export async function compareAll(files, { binary, reader = "auto", reading = "plain" }, each) {
  const queue = batches(files);
  let asked = 0, answered = 0;
  const work = async () => {
    const worker = new Worker(new URL("./worker.mjs", import.meta.url));
    try {
      for (const batch of queue) {
        asked += batch.length;
        const results = await ask(worker, { binary, reader, reading, files: batch });
        answered += results.length;
        results.forEach(each);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  if (asked !== answered) throw new Error(`inspect answered for ${answered} of ${asked} files`);
  return asked;
}
