// rwsdk's own scan, called as its Vite plugin calls it, with the conditions its plugin configures.
import fsp from "node:fs/promises";
import Module from "node:module";
import { createServer } from "vite";
import { runDirectivesScan } from "../node_modules/rwsdk/dist/vite/runDirectivesScan.mjs";
import { entry, measure, modules, root } from "./app.mjs";

// rwsdk looks for vite, and beside it for esbuild, from the application's folder.
process.env.NODE_PATH = modules;
Module._initPaths();
// Its only line on standard output would stand beside ours.
process.env.RWSDK_WORKER_RUN = "1";

// Its load hook asks for the real path of each file that it has read, and nothing else does.
const visited = new Set();
const realpath = fsp.realpath;
let counting = false;
fsp.realpath = (file, ...rest) => {
  if (counting) visited.add(file);
  return realpath(file, ...rest);
};

const server = await createServer({
  root,
  configFile: false,
  logLevel: "silent",
  mode: "production",
  appType: "custom",
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
  environments: {
    client: { consumer: "client", resolve: { conditions: ["browser", "module"] } },
    worker: {
      consumer: "server",
      resolve: { conditions: ["workerd", "react-server", "module", "node"], noExternal: true },
      build: { rolldownOptions: { input: entry } },
    },
  },
});

await measure("rwsdk", ["rwsdk"], async () => {
  const clientFiles = new Set();
  const serverFiles = new Set();
  counting = true;
  await runDirectivesScan({
    rootConfig: server.config,
    environments: server.environments,
    clientFiles,
    serverFiles,
    entries: [entry],
  });
  return { modules: visited.size, clientFiles: clientFiles.size, serverFiles: serverFiles.size };
});
await server.close();
process.exit();
