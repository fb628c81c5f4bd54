// Where enhanced-resolve and oxc-resolver say that an import leads: a real path, null, "external" or "ignored".
import fs, { realpathSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import enhanced from "enhanced-resolve";
import { ResolverFactory } from "oxc-resolver";

export const ENVIRONMENTS = {
  server: { conditions: ["react-server", "node", "module", "production"], mainFields: ["module", "jsnext:main", "jsnext", "main"], aliasFields: [] },
  client: { conditions: ["browser", "module", "production"], mainFields: ["browser", "module", "jsnext:main", "jsnext", "main"], aliasFields: ["browser"] },
};
const URLS = /^(?:node:|bun:|cloudflare:|https?:|\/\/|data:|virtual:|\0)/;
const BUILTINS = new Set(builtinModules);
const BUILTIN = fileURLToPath(import.meta.url); // where the peers lead instead of to a builtin
const fallback = Object.fromEntries(builtinModules.flatMap((name) => [[`${name}$`, [BUILTIN]], [`node:${name}$`, [BUILTIN]]]));

const OPTIONS = {
  fallback,
  extensions: [".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx", ".json"],
  extensionAlias: { ".js": [".js", ".ts", ".tsx"], ".jsx": [".jsx", ".tsx"], ".mjs": [".mjs", ".mts"], ".cjs": [".cjs", ".cts"] },
};

const real = (path) => (path === BUILTIN ? "external" : realpathSync(path));
const fileSystem = new enhanced.CachedInputFileSystem(fs, 60_000);
const base = new ResolverFactory(OPTIONS);
const made = new Map();
const KEPT = 20_000; // questions, before what the peers remember is dropped
let asked = 0;

/** The nearest tsconfig.json of a first-party importer, or null. */
function tsconfigOf(from) {
  if (from.split(sep).includes("node_modules")) return null;
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const file = join(folder, "tsconfig.json");
    if (fs.existsSync(file)) return file;
    if (folder === dirname(folder)) return null;
  }
}

function peersFor({ from, environment, kind }, maps) {
  const tsconfig = tsconfigOf(from);
  const key = [environment, kind, maps, tsconfig].join();
  if (!made.has(key)) {
    const { conditions, mainFields, aliasFields } = ENVIRONMENTS[environment];
    const options = { ...OPTIONS, conditionNames: [...conditions, kind], mainFields, aliasFields: maps ? aliasFields : [] };
    made.set(key, {
      enhanced: enhanced.ResolverFactory.createResolver({ ...options, fileSystem, useSyncFileSystemCalls: true, ...(tsconfig && { tsconfig: { configFile: tsconfig, references: "auto" } }) }),
      oxc: base.cloneWithOptions({ ...options, ...(tsconfig && { tsconfig: "auto" }) }),
    });
  }
  return made.get(key);
}

function askEnhanced(question, maps) {
  const { from, specifier } = question;
  let answer = null;
  try {
    peersFor(question, maps).enhanced.resolve({}, dirname(from), specifier, {}, (error, path, request) => {
      if (!error) answer = path === false ? "ignored" : real(request.path);
    });
  } catch {
    // a request that it cannot take is one that leads nowhere
  }
  return answer;
}

function askOxc(question, maps) {
  const { from, specifier } = question;
  const { path, error } = peersFor(question, maps).oxc.resolveFileSync(from, specifier);
  if (!path) return error.startsWith("Path is ignored") ? "ignored" : null;
  if (path === BUILTIN || fs.existsSync(path)) return real(path);
  const query = path.lastIndexOf("?");
  const plain = query > path.lastIndexOf(sep) ? path.slice(0, query) : path;
  return real(fs.existsSync(plain) ? plain : plain.slice(0, plain.lastIndexOf("#")));
}

/** What one peer says; a builtin of Node.js is external unless a browser map replaces it. */
function told(ask, question) {
  const { specifier } = question;
  if (URLS.test(specifier)) return "external";
  if (!BUILTINS.has(specifier)) return ask(question, true);
  const mapped = ask(question, true);
  return mapped === ask(question, false) ? "external" : mapped;
}

/** { from, specifier, environment, kind: "import" | "require" } -> { enhanced, oxc }. */
export function peersSay(question) {
  if (++asked % KEPT === 0) {
    fileSystem.purge();
    base.clearCache();
  }
  return { enhanced: told(askEnhanced, question), oxc: told(askOxc, question) };
}
