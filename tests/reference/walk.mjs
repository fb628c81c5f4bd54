// The reference walk: every (file, environment) an application reaches, by oxc-parser and oxc-resolver.
// node walk.mjs ROOT [--entry [ENV=]FILE]... [--src DIR]...
import { readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { ResolverFactory } from "oxc-resolver";
import { escapePath, globSync } from "tinyglobby";
import { readFacts } from "./facts.mjs";

const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx|mdx)$/;
const DECLARATION = /\.d\.(?:[^.]+|[^.]+\.[cm]?ts)$/;
const EXTERNAL = /^(?:node:|bun:|cloudflare:|https?:|\/\/|data:|virtual:|\0)/;

export const ENVIRONMENTS = [
  {
    name: "server",
    conditions: ["react-server", "node", "module", "production"],
    mainFields: ["module", "jsnext:main", "jsnext", "main"],
    browser: false,
  },
  {
    name: "client",
    conditions: ["browser", "module", "production"],
    mainFields: ["browser", "module", "jsnext:main", "jsnext", "main"],
    browser: true,
  },
];
const DIRECTIVES = new Map([["use client", "client"], ["use server", "server"]]);

const RESOLVE = {
  extensions: [".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx", ".json"],
  extensionAlias: {
    ".js": [".js", ".ts", ".tsx"],
    ".jsx": [".jsx", ".tsx"],
    ".mjs": [".mjs", ".mts"],
    ".cjs": [".cjs", ".cts"],
  },
  nodePath: false,
};

export const isScript = (path) => SCRIPT.test(path) && !DECLARATION.test(basename(path));
const inPackages = (path) => path.split(sep).includes("node_modules");

class Resolver {
  #made = new Map();
  #base = new ResolverFactory(RESOLVE);

  #get(environment, kind, options) {
    const key = [environment.name, kind, ...Object.values(options)].join();
    if (!this.#made.has(key)) {
      const { tsconfig, builtinModules, maps = environment.browser } = options;
      const made = this.#base.cloneWithOptions({
        ...RESOLVE,
        builtinModules,
        conditionNames: [...environment.conditions, kind],
        mainFields: environment.mainFields,
        aliasFields: maps ? ["browser"] : [],
        ...(tsconfig && { tsconfig: "auto" }),
      });
      this.#made.set(key, made);
    }
    return this.#made.get(key);
  }

  // { path } | { external } | { ignored } | { leaf } | {}
  resolve(from, specifier, kind, environment) {
    if (EXTERNAL.test(specifier)) return { external: true };
    const condition = kind === "require" ? "require" : "import";
    const tsconfig = !inPackages(from);
    let { path, error, builtin } = this.#get(environment, condition, { tsconfig, builtinModules: true }).resolveFileSync(from, specifier);
    if (builtin) {
      if (!environment.browser) return { external: true };
      // A browser map may replace a builtin; a package of its name does not.
      const ask = (maps) => this.#get(environment, condition, { tsconfig, builtinModules: false, maps }).resolveFileSync(from, specifier);
      ({ path, error } = ask(true));
      const ignored = error?.startsWith("Path is ignored");
      if (!ignored && (!path || path === ask(false).path)) return { external: true };
    }
    if (!path) return error.startsWith("Path is ignored") ? { ignored: true } : { error };
    const query = path.indexOf("?", path.lastIndexOf(sep));
    if (query >= 0 && specifier.includes("?")) return { leaf: true };
    return isScript(path) ? { path: realpathSync(path) } : { leaf: true };
  }
}

const packageDepth = (path) => path.split("/node_modules/").length;

// Relative specifiers of the files that match; folders and files with a dot, and node_modules, only where a pattern names them.
function expand(root, from, patterns) {
  const cwd = dirname(from);
  const rooted = patterns.map((pattern) => pattern.replace(/^(!?)\//, (_, not) => `${not}${escapePath(root)}/`));
  const depth = Math.max(...patterns.map((pattern) => packageDepth(pattern.startsWith("/") ? root + pattern : join(cwd, pattern))));
  return globSync(rooted, { cwd, absolute: true, expandDirectories: false })
    .filter((path) => path !== from && packageDepth(path) <= depth)
    .map((path) => relative(cwd, path).split(sep).join("/"))
    .map((path) => (path.startsWith("../") ? path : `./${path}`))
    .sort();
}

// Each real folder once; a link is followed unless it leads into node_modules.
function sourceFiles(folder, seen, out) {
  if (seen.has(folder)) return;
  seen.add(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry;
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    if (!stat) continue;
    const path = realpathSync(join(folder, name));
    if (entry.isSymbolicLink() && inPackages(path)) continue;
    if (stat.isDirectory()) {
      if (name !== "node_modules" && !name.startsWith(".")) sourceFiles(path, seen, out);
    } else if (stat.isFile() && isScript(path)) out.add(path);
  }
}

export async function referenceScan({ root, entries = [], src, environments = ENVIRONMENTS }) {
  root = realpathSync(root);
  const resolver = new Resolver();
  const byName = new Map(environments.map((environment) => [environment.name, environment]));
  const facts = new Map();
  const nodes = new Map();
  const queue = [];
  const unresolved = new Map();
  const show = (path) => relative(root, path).split(sep).join("/");

  function read(path) {
    if (!facts.has(path)) facts.set(path, readFacts(path, readFileSync(path, "utf8"), { tsconfig: !inPackages(path) }));
    return facts.get(path);
  }

  function switched(path) {
    const { directives } = read(path);
    for (const [text, name] of DIRECTIVES) if (directives.includes(text)) return name;
    return null;
  }

  function enter(path, name) {
    name = switched(path) ?? name;
    const key = `${show(path)}\t${name}`;
    if (nodes.has(key)) return;
    nodes.set(key, path);
    queue.push({ path, environment: byName.get(name) });
  }

  function follow(from, specifier, kind, environment) {
    const found = resolver.resolve(from, specifier, kind, environment);
    if (found.path) enter(found.path, environment.name);
    if (!found.error) return;
    const item = { path: show(from), specifier, environment: environment.name };
    unresolved.set(JSON.stringify(item), item);
  }

  for (const { path, environment = "server" } of entries) enter(realpathSync(resolve(root, path)), environment);

  const sources = new Set();
  const seen = new Set();
  const hasSrc = statSync(join(root, "src"), { throwIfNoEntry: false })?.isDirectory();
  for (const folder of src?.length ? src : [hasSrc ? "src" : "."]) sourceFiles(realpathSync(resolve(root, folder)), seen, sources);
  for (const path of sources) if (switched(path)) enter(path);

  for (const { path, environment } of queue) {
    for (const { kind, specifier, patterns, leaf } of read(path).imports) {
      if (!patterns) follow(path, specifier, kind, environment);
      else if (!leaf) for (const near of expand(root, path, patterns)) follow(path, near, kind, environment);
    }
  }

  const visited = new Set(nodes.values());
  const modulesOf = (name) => [...visited].filter((path) => switched(path) === name).map(show).sort();
  return {
    environments: environments.map(({ name, conditions }) => ({ name, conditions })),
    pairs: [...nodes.keys()].sort(),
    clientFiles: modulesOf("client"),
    serverFiles: modulesOf("server"),
    filesRead: facts.size,
    unresolved: [...unresolved.keys()].sort().map((key) => unresolved.get(key)),
  };
}

function parseArguments(argv) {
  const options = { root: ".", entries: [], src: [] };
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === "--src") options.src.push(argv[++i]);
    else if (argv[i] === "--entry") {
      const [, environment, path] = /^(?:([\w-]+)=)?(.*)$/.exec(argv[++i]);
      options.entries.push({ path, environment });
    } else options.root = argv[i];
  }
  return options;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  console.log(JSON.stringify(await referenceScan(parseArguments(process.argv.slice(2))), null, 2));
}
