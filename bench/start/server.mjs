// node server.mjs APP with|without CACHE: one start of a Vite development server, told in one line of JSON.
import { createServer } from "vite";

const [app, who, cacheDir, ...more] = process.argv.slice(2);
const silent = () => {};
const customLogger = { info: silent, warn: silent, warnOnce: silent, error: console.error, clearScreen: silent, hasErrorLogged: () => false, hasWarned: false };

// An application with Server Components, as frameworks configure one; the browser's dependencies are optimised.
const config = {
  root: app,
  cacheDir,
  configFile: false,
  customLogger,
  appType: "custom",
  server: { host: "127.0.0.1", port: 0 },
  optimizeDeps: { entries: ["src/worker.tsx"], holdUntilCrawlEnd: false },
  environments: {
    client: {},
    worker: {
      consumer: "server",
      resolve: { conditions: ["react-server", "module", "node"], noExternal: true },
      build: { rolldownOptions: { input: "src/worker.tsx" } },
    },
  },
};

// Of the application: one that has to be asked, and knows nothing.
const resolver = { name: "resolver", resolveId: () => null };

const begun = performance.now();
const cpu = process.cpuUsage();
const told = {};
function now(moment) {
  const { user, system } = process.cpuUsage(cpu);
  told[moment] = { ms: performance.now() - begun, cpuMs: (user + system) / 1000, rss: process.memoryUsage.rss() };
}

// An application's configuration imports the plugin while the server is created.
const plugins = more.includes("--resolver") ? [resolver] : [];
if (who === "with") plugins.push((await import("../../node/vite/index.mjs")).prologue());
const server = await createServer({ ...config, plugins });
await server.listen();
now("listening");
const optimizer = server.environments.client.depsOptimizer;
await optimizer.scanProcessing;
now("scanned");
await Promise.all(Object.values(optimizer.metadata.discovered).map(({ processing }) => processing));
now("optimised");
const report = server.config.plugins.find(({ name }) => name === "prologue")?.api.report();
const found = { dependencies: Object.keys(optimizer.metadata.optimized).length, modules: report?.stats.modules };
process.stdout.write(`${JSON.stringify({ ...told, ...found })}\n`, () => process.exit());
