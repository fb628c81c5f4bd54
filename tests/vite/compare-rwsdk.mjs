// node compare-rwsdk.mjs ROOT ENTRY: rwsdk's own scan and ours, called as rwsdk's Vite plugin calls it; the keys as
// JSON.
import Module from "node:module";
import { join } from "node:path";
import { createServer } from "vite";
import { runDirectivesScan as theirs } from "./node_modules/rwsdk/dist/vite/runDirectivesScan.mjs";
import { runDirectivesScan as ours } from "../../node/rwsdk/index.mjs";
import { here } from "./helper.mjs";

const [root, entry] = process.argv.slice(2);

// rwsdk looks for vite, and beside it for esbuild, from the application's folder.
process.env.NODE_PATH = join(here, "node_modules");
Module._initPaths();
process.env.RWSDK_WORKER_RUN = "1"; // nothing on standard output

// The conditions that rwsdk's plugin configures.
const server = await createServer({
  root,
  configFile: false,
  logLevel: "silent",
  mode: "production",
  appType: "custom",
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
  resolve: { tsconfigPaths: true },
  environments: {
    client: { consumer: "client", resolve: { conditions: ["browser", "module"] } },
    ssr: { resolve: { conditions: ["workerd", "module", "browser"], noExternal: true } },
    worker: {
      consumer: "server",
      resolve: { conditions: ["workerd", "react-server", "module", "node"], noExternal: true },
      build: { rolldownOptions: { input: entry } },
    },
  },
});

async function keysOf(scan, forced) {
  const clientFiles = new Set(forced);
  const serverFiles = new Set(forced);
  const result = await scan({
    rootConfig: server.config,
    environments: server.environments,
    clientFiles,
    serverFiles,
    entries: [entry],
    esbuildOptions: {},
  });
  return { result: result ?? null, client: [...clientFiles].sort(), server: [...serverFiles].sort() };
}

const forced = ["/forced/by/the/user.tsx"]; // `forceClientPaths`: what stands in the sets stays
const found = { theirs: await keysOf(theirs, forced), ours: await keysOf(ours, forced) };
await server.close();
process.stdout.write(JSON.stringify(found), () => process.exit());
