// What the application's own plugins answer: `resolveId` and `load`, outside of a build or a server's module graph.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import { idFilter } from "./filters.mjs";

// Vite's own plugins answer for files and packages, as the scanner does.
const OF_VITE = /^(vite:|builtin:|alias$|commonjs$|native:|prologue$)/;
const ORDER = { pre: 0, normal: 1, post: 2 };

const handlerOf = (hook) => (typeof hook === "function" ? hook : hook?.handler);
const orderOf = (hook) => ORDER[(typeof hook === "object" && hook?.order) || "normal"];

// In the order in which Vite calls a hook: those with `order` around the others.
const sorted = (plugins, name) =>
  plugins.filter((plugin) => handlerOf(plugin[name])).sort((a, b) => orderOf(a[name]) - orderOf(b[name]));

async function globOf(root) {
  const vite = createRequire(join(root, "package.json")).resolve("vite");
  const { createFilter } = await import(pathToFileURL(vite).href);
  return (pattern) => createFilter(pattern, undefined, { resolve: false });
}

// As plugins know it: what is said for the environment stands before what is said for all.
const environmentOf = (config, name) => ({
  name,
  mode: config.command === "build" ? "build" : "dev",
  config: { ...config, ...config.environments[name] },
  logger: config.logger,
  getTopLevelConfig: () => config,
});

// A plugin says by `applyToEnvironment` whether it, or which in its place, takes part.
async function pluginsOf(environment, config) {
  if (environment.plugins) return environment.plugins;
  const chosen = await Promise.all(
    config.plugins.map(async (plugin) => {
      if (!plugin.applyToEnvironment) return plugin;
      const applied = await plugin.applyToEnvironment(environment);
      return applied === true ? plugin : applied || [];
    }),
  );
  return chosen.flat(Infinity).filter(Boolean);
}

// Generated code has no more than this to tell apart.
const SPECIFIERS = /\b(?:import|from)\s*\(?\s*(["'])([^"'\n]+)\1/g;
const specifiersOf = (code) => [...code.matchAll(SPECIFIERS)].map(([, , specifier]) => specifier);

// As esbuild and Vite call them.
const KINDS = { import: "import-statement", export: "import-statement", dynamic: "dynamic-import", require: "require-call" };

const PATIENCE_MS = 10_000; // a plugin may wait for what starts after the scan

function within(milliseconds, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, milliseconds, new Error(`a plugin did not answer within ${milliseconds} ms`));
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const silent = () => {};

// The part of a plugin's context that has a meaning here.
function contextOf(environment, resolve) {
  return {
    environment,
    meta: { watchMode: false },
    resolve,
    error: (error) => {
      throw typeof error === "string" ? new Error(error) : error;
    },
    warn: silent,
    info: silent,
    debug: silent,
    addWatchFile: silent,
    getWatchFiles: () => [],
    getModuleInfo: () => null,
    getModuleIds: () => [][Symbol.iterator](),
    emitFile: () => "",
    getFileName: () => "",
    setAssetSource: silent,
    cache: new Map(),
  };
}

function containerOf(environment, plugins, glob) {
  const ssr = environment.config.consumer === "server";
  const filters = new Map();
  const wanted = (plugin, name, id) => {
    const key = plugin[name];
    if (!filters.has(key)) filters.set(key, idFilter(key, process.cwd(), glob));
    return filters.get(key)?.(id) ?? true;
  };

  async function resolveId(specifier, importer, options, among, skipped) {
    for (const plugin of sorted(among, "resolveId")) {
      if (skipped.has(plugin) || !wanted(plugin, "resolveId", specifier)) continue;
      const context = contextOf(environment, (id, from, more = {}) =>
        // A plugin may ask all others, Vite's among them.
        resolveId(id, from ?? importer, { ...options, ...more }, plugins, more.skipSelf === false ? skipped : new Set([...skipped, plugin])),
      );
      const result = await handlerOf(plugin.resolveId).call(context, specifier, importer, {
        attributes: {},
        isEntry: false,
        ssr,
        scan: true,
        ...options,
      });
      if (result) return typeof result === "string" ? { id: result } : result;
    }
    return null;
  }

  const own = plugins.filter(({ name }) => !OF_VITE.test(name));
  return {
    asksSomeone: own.some(isAsked),
    resolveId: (specifier, importer, kind) => resolveId(specifier, importer, { kind }, own, new Set()),
    resolveAny: (specifier, importer) => resolveId(specifier, importer, { isEntry: !importer }, plugins, new Set()),
    async load(id) {
      for (const plugin of sorted(own, "load")) {
        if (!wanted(plugin, "load", id)) continue;
        const result = await handlerOf(plugin.load).call(contextOf(environment, async () => null), id, { ssr });
        if (result != null) return typeof result === "string" ? result : result.code;
      }
      return null;
    },
  };
}

const isAsked = ({ name, resolveId }) => !OF_VITE.test(name) && handlerOf(resolveId);

// Before the environments know their plugins: whether there may be one to ask.
export const mayAsk = (config) =>
  config.plugins.some((plugin) => isAsked(plugin) || (plugin.applyToEnvironment && !OF_VITE.test(plugin.name)));

// `environments` are those of a server or a builder where there is one: they know their plugins.
export async function createAsker(config, names, environments) {
  let glob;
  try {
    glob = await globOf(config.root);
  } catch {
    glob = () => () => true; // no Vite beside the application: the handler decides
  }
  const containers = new Map();
  for (const name of names) {
    if (!config.environments[name]) continue;
    const environment = environments?.[name] ?? environmentOf(config, name);
    containers.set(name, containerOf(environment, await pluginsOf(environment, config), glob));
  }
  const failed = new Map();
  const guarded = (work) =>
    within(PATIENCE_MS, work()).catch((error) => {
      failed.set(error.message, error); // who throws has no answer, and the scan goes on
      return null;
    });
  async function resolve({ specifier, importer, environment, kind }) {
    const container = containers.get(environment);
    return container ? guarded(() => container.resolveId(specifier, importer, KINDS[kind])) : null;
  }
  // Where an entry that is no file leads: to a file, or by its imports to several.
  async function filesBehind(entry, environment) {
    const container = containers.get(environment);
    const files = new Set();
    const seen = new Set();
    const queue = [{ specifier: entry }];
    for (const { specifier, importer } of queue) {
      const found = await guarded(() => container.resolveAny(specifier, importer));
      if (!found?.id || found.external || seen.has(found.id)) continue;
      seen.add(found.id);
      const file = found.id.replace(/[?#].*$/, "");
      if (isAbsolute(file) && existsSync(file)) {
        files.add(file);
        continue;
      }
      const code = await guarded(() => container.load(found.id));
      queue.push(...specifiersOf(code ?? "").map((next) => ({ specifier: next, importer: found.id })));
    }
    return [...files];
  }
  return {
    filesBehind: async (entries, environment) =>
      containers.has(environment) ? (await Promise.all(entries.map((entry) => filesBehind(entry, environment)))).flat() : [],
    asksSomeone: [...containers.values()].some(({ asksSomeone }) => asksSomeone),
    failures: () => [...failed.values()],
    // `resolve` and `load` of one scan. What no plugin has named, none is asked to load.
    hooks({ all }) {
      const named = new Set();
      const handler = async (batch) => {
        const answers = await Promise.all(batch.map(resolve));
        for (const answer of answers) if (answer && !answer.external) named.add(answer.id);
        return answers;
      };
      return {
        resolve: { filter: all ? "*" : [], handler },
        load: (id, { environment }) => (named.has(id) ? guarded(() => containers.get(environment).load(id)) : null),
      };
    },
  };
}
