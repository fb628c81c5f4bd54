// What JavaScript waits for: rwsdk's scan and ours in one process, and scans of a session. ./dev bench node. See README.md.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import Module from "node:module";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fail, machine, median, print } from "./table.mjs";

const top = fileURLToPath(new URL("..", import.meta.url));
const ENTRY = "src/worker.tsx";

function options() {
  const { values } = parseArgs({
    options: {
      app: { type: "string", default: path.join(top, "build/fixtures/przm") }, runs: { type: "string", default: "20" },
      theirs: { type: "string", default: "3" }, edits: { type: "string", default: "200" }, json: { type: "string" },
    },
  });
  const [runs, theirs, edits] = [values.runs, values.theirs, values.edits].map((text) => {
    if (!(Number.isInteger(Number(text)) && Number(text) > 0)) fail(`${text}: not a positive number`);
    return Number(text);
  });
  if (!existsSync(path.join(values.app, ENTRY))) fail(`${values.app} has no ${ENTRY}; run: node fixtures/przm/generate.mjs`);
  return { ...values, app: path.resolve(values.app), runs, theirs, edits };
}

async function timed(work) {
  const begun = performance.now();
  const result = await work();
  return { ms: performance.now() - begun, result };
}

/** Both as rwsdk's Vite plugin calls its scan, on one server. */
async function scans({ app, runs, theirs }) {
  process.env.NODE_PATH = fileURLToPath(new URL("node_modules", import.meta.url)); // rwsdk looks for vite and esbuild from the application
  Module._initPaths();
  process.env.RWSDK_WORKER_RUN = "1"; // nothing on standard output
  const { createServer } = await import("vite");
  const server = await createServer({
    root: app, configFile: false, logLevel: "silent", mode: "production", appType: "custom",
    server: { middlewareMode: true, watch: null, ws: false }, optimizeDeps: { noDiscovery: true },
    environments: {
      client: { consumer: "client", resolve: { conditions: ["browser", "module"] } },
      worker: {
        consumer: "server", resolve: { conditions: ["workerd", "react-server", "module", "node"], noExternal: true },
        build: { rolldownOptions: { input: path.join(app, ENTRY) } },
      },
    },
  });
  const once = async (runDirectivesScan) => {
    const [clientFiles, serverFiles] = [new Set(), new Set()];
    const { ms } = await timed(() =>
      runDirectivesScan({ rootConfig: server.config, environments: server.environments, clientFiles, serverFiles, entries: [path.join(app, ENTRY)] }));
    return { ms, found: `${clientFiles.size} client, ${serverFiles.size} server` };
  };
  const found = { prologue: [], rwsdk: [] };
  const ours = (await import("../node/rwsdk/index.mjs")).runDirectivesScan;
  const peer = (await import("./node_modules/rwsdk/dist/vite/runDirectivesScan.mjs")).runDirectivesScan;
  await once(ours); // warms the page cache
  for (let i = 0; i < runs; i++) {
    if (Math.floor(((i + 1) * theirs) / runs) > Math.floor((i * theirs) / runs)) found.rwsdk.push(await once(peer));
    found.prologue.push(await once(ours));
  }
  await server.close();
  const answers = new Set(Object.values(found).flat().map((one) => one.found));
  if (answers.size !== 1) fail(`the scans do not agree: ${[...answers].join("; ")}`);
  return Object.fromEntries(Object.entries(found).map(([who, samples]) => [who, samples.map(({ ms }) => ms)]));
}

/** A session on a copy of the application: from invalidate() to what has changed. */
async function edited({ app, edits }) {
  const { createSession } = await import("../node/index.mjs");
  const root = mkdtempSync(path.join(os.tmpdir(), "prologue-node-"));
  try {
    cpSync(path.join(app, "src"), path.join(root, "src"), { recursive: true });
    cpSync(path.join(app, "package.json"), path.join(root, "package.json"));
    symlinkSync(path.join(app, "node_modules"), path.join(root, "node_modules"));
    const session = await createSession();
    const request = { root, entries: [ENTRY] };
    const scanned = async (changed) => {
      session.invalidate(changed);
      return (await session.scan(request)).changes;
    };
    const first = await timed(() => session.scan(request).then((report) => report.changes));
    const file = path.join(root, first.result.added.find((name) => name.startsWith("src/")));
    const rest = readFileSync(file, "utf8").replace(/["']use (client|server)["'];?/, "");
    const told = { first: [first.ms], unchanged: [], changed: [] };
    for (let i = 0; i < edits; i++) {
      writeFileSync(file, `"use ${i % 2 ? "client" : "server"}";\n${rest}`);
      await pause(10);
      const { ms, result } = await timed(() => scanned([file]));
      if (i > 0 && result.changed.length !== 1) fail(`a changed file: ${JSON.stringify(result)}`);
      told.changed.push(ms);
      await pause(10);
      told.unchanged.push((await timed(() => scanned([]))).ms);
    }
    await session.close();
    return told;
  } finally {
    rmSync(root, { recursive: true });
  }
}

function show(host, rows, goals) {
  console.log(`${host.cores} cores (${host.cpu}), ${host.kernel}, node ${host.node}, load ${host.load.toFixed(2)} at the start\n`);
  print(["what", "runs", "min ms", "median", "max"],
    Object.entries(rows).map(([what, ms]) => [what, String(ms.length), ...[Math.min(...ms), median(ms), Math.max(...ms)].map((value) => value.toFixed(2))]));
  print(["goal", "at most", "measured", "met"], goals.map(({ what, limit, measured, met, text }) => [what, text(limit), text(measured), met ? "yes" : "no"]));
}

const settings = options();
const host = machine();
const { first, unchanged, changed } = await edited(settings);
const { prologue, rwsdk } = await scans(settings);
const rows = {
  "a session's first scan": first, "told that nothing has changed": unchanged, "told of one changed file, to report.changes": changed,
  "prologue/rwsdk, in Vite's process": prologue, "rwsdk's own scan, in the same": rwsdk,
};
const goals = [
  { what: "one changed file, to report.changes, ms", limit: 2, measured: median(changed), text: (value) => value.toFixed(2) },
  { what: "prologue/rwsdk / rwsdk's own", limit: 1 / 200, measured: median(prologue) / median(rwsdk), text: (value) => `1/${(1 / value).toFixed(0)}` },
].map((goal) => ({ ...goal, met: goal.measured <= goal.limit }));
show(host, rows, goals);
if (settings.json) writeFileSync(settings.json, `${JSON.stringify({ host, rows, goals }, null, 1)}\n`);
process.exit(); // esbuild's process goes on otherwise
