// Generated trees of tsconfig files, and what TypeScript, oxc-resolver and enhanced-resolve make of them.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import enhanced from "enhanced-resolve";
import { ResolverFactory } from "oxc-resolver";
import ts from "typescript";

/** A small generator with a seed: the same numbers on every machine. */
export function random(seed) {
  let state = (seed * 2654435761) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (count) => next() % count;
  return { below, chance: (percent) => below(100) < percent, pick: (items) => items[below(items.length)] };
}

const FOLDERS = ["", "app", "app/src", "app/src/deep", "app/src/.hidden", "app/test", "lib", "lib/src", "my.lib", "shared"];
const CONFIGS = ["tsconfig.json", "app/tsconfig.json", "app/tsconfig.app.json", "app/tsconfig.node.json", "app/src/tsconfig.json", "lib/tsconfig.json", "lib/jsconfig.json", "jsconfig.json"];
const BASES = ["shared/base.json", "shared/paths.json", "node_modules/cfg/tsconfig.json", "node_modules/cfg/sub.json", "node_modules/named/deep/base.json"];
const IMPORTERS = ["index.ts", "b.test.ts", "c.js", "view.tsx", "d.mdx", "e.min.js"];
const SPECIFIERS = ["@own", "@/one", "@/deep/one", "@multi/one", "one", "star/one/end", "@none/one"];

const patterns = ["src", "src/", "./src", "src/**/*", "src/**/*.ts", "src/*", "**/*", "**/*.test.ts", "*.ts", "*", "test", "deep", "src/deep", "../lib", "../lib/src/*", "src/index.ts", "index.ts", "**/deep/**/*", "**/deep", "**/src/*.ts", "s?c", ".", "./*.js", "src/.hidden", "**/*.js", "my.lib", "my.lib/**/*", "${configDir}/src", "**/.*", "node_modules", "src/../test", "*/index.ts"];
const excludes = [...patterns, "**/src", "**/test/**", "**/*.test.*", "dist"];

const from = (config, target) => {
  const path = relative(dirname(`/${config}`), `/${target}`);
  return path.startsWith(".") ? path : `./${path}`;
};

function options(rng, id, plain) {
  const made = {};
  if (rng.chance(25)) made.baseUrl = rng.pick([".", "./src", "..", "${configDir}", "${configDir}/src"]);
  if (rng.chance(65)) {
    const all = {
      "@own": [`./own-${id}`], "@/*": rng.pick([["./*"], ["./src/*"], ["${configDir}/*"], ["../*"]]), "@/deep/*": [`./gone/*`, `./own-${id}.ts`],
      "@multi/*": ["./gone/*", "./src/*", "./*"], "star/*/end": ["./*"], "*": [plain ? "./*" : `./own-${id}`],
    };
    made.paths = Object.fromEntries(Object.entries(all).filter(() => rng.chance(55)));
  }
  if (rng.chance(5) && !plain) made.paths = null;
  if (rng.chance(5) && !plain) made.baseUrl = null;
  if (rng.chance(30)) made.allowJs = rng.chance(70);
  if (rng.chance(10) && !plain) made.checkJs = true;
  if (rng.chance(15)) made.outDir = rng.pick(["./dist", "src/deep", "./test"]);
  return made;
}

const some = (rng, items) => Array.from({ length: rng.below(3) + (rng.chance(85) ? 1 : 0) }, () => rng.pick(items));

function extended(rng, config, bases) {
  const spell = (base) => {
    if (base === "node_modules/cfg/tsconfig.json") return rng.pick(["cfg", "cfg/tsconfig.json"]);
    if (base === "node_modules/cfg/sub.json") return rng.pick(["cfg/sub", "cfg/sub.json"]);
    if (base === "node_modules/named/deep/base.json") return "named";
    return rng.pick([from(config, base), from(config, base).replace(/\.json$/, "")]);
  };
  return rng.chance(60) ? spell(rng.pick(bases)) : [spell(rng.pick(bases)), spell(rng.pick(bases))];
}

/** { files, configs, importers, specifiers }: paths relative to the tree's root. `plain`: no jsconfig.json, no
 * package with a `tsconfig` member, no references of references, no null, no `checkJs`, no `*` for one file: what
 * the resolvers do not know. */
export function makeTree(seed, { plain = false } = {}) {
  const rng = random(seed);
  const files = { "node_modules/named/package.json": { name: "named", tsconfig: "./deep/base.json" }, "node_modules/cfg/package.json": { name: "cfg" } };
  const configs = CONFIGS.filter((config) => rng.chance(config.includes("jsconfig") ? 15 * !plain : 60));
  const bases = BASES.filter((base) => rng.chance(75) && !(plain && base.includes("named")));
  [...bases, ...configs].forEach((config, id) => {
    const isBase = id < bases.length;
    const made = { compilerOptions: options(rng, id, plain) };
    const lower = isBase ? bases.slice(0, id) : bases; // a base extends only those before it: no circles
    if (lower.length && rng.chance(isBase ? 40 : 60)) made.extends = extended(rng, config, lower);
    if (rng.chance(15)) made.files = rng.chance(40) ? [] : [rng.pick(["index.ts", "./src/index.ts", "src/c.js", "${configDir}/index.ts"])];
    if (rng.chance(50)) made.include = some(rng, patterns);
    if (rng.chance(35)) made.exclude = some(rng, excludes);
    if (!isBase && rng.chance(40) && !(plain && config !== "tsconfig.json")) {
      made.references = configs.filter((other) => other !== config && !other.includes("jsconfig") && rng.chance(40)).map((other) => ({
        path: other.endsWith("/tsconfig.json") && rng.chance(50) ? from(config, dirname(other)) : from(config, other),
      }));
    }
    files[config] = JSON.stringify(made, null, 1).replace(/\n\}$/, ", // last\n}").replace("{", "{ /* first */");
  });
  const importers = FOLDERS.flatMap((folder) => IMPORTERS.map((name) => join(folder, name)));
  for (const importer of importers) files[importer] = "export {}";
  for (const folder of FOLDERS) {
    files[join(folder, "one.ts")] = "export {}";
    for (let id = 0; id < bases.length + configs.length; id++) files[join(folder, `own-${id}.ts`)] = "export {}";
  }
  return { files, configs, importers, specifiers: SPECIFIERS };
}

/* ---- TypeScript ---- */

const noop = () => {};
const watcher = { close: noop };

/** file -> the config that tsserver opens it with, or undefined. */
export function tsserver(root) {
  const host = { ...ts.sys, setTimeout: noop, clearTimeout: noop, setImmediate: noop, clearImmediate: noop, watchFile: () => watcher, watchDirectory: () => watcher, write: noop };
  const logger = { close: noop, hasLevel: () => false, loggingEnabled: () => false, perftrc: noop, info: noop, startGroup: noop, endGroup: noop, msg: noop, getLogFileName: noop };
  const service = new ts.server.ProjectService({
    host, logger, cancellationToken: ts.server.nullCancellationToken, useSingleInferredProject: false, useInferredProjectPerProjectRoot: false,
    typingsInstaller: ts.server.nullTypingsInstaller, canUseEvents: false,
  });
  service.setHostConfiguration({ preferences: {} });
  return (file) => {
    service.openClientFile(file, undefined, undefined, root);
    const found = service.findDefaultConfiguredProject(service.getScriptInfo(file))?.getConfigFilePath();
    service.closeClientFile(file);
    return found;
  };
}

const stem = (path) => path.replace(/\.[^./]*$/, "");
const asTypeScript = (path) => [path, `${stem(path)}.ts`, `${stem(path)}.tsx`];
/** A folder as it would be if each of its files were there as .ts and .tsx, too. */
function entriesAsTypeScript(folder) {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const [directories, files] = [true, false].map((wanted) => entries.filter((entry) => entry.isDirectory() === wanted).map(({ name }) => name));
  return { directories, files: files.flatMap(asTypeScript) };
}

/** The configs of a tree as TypeScript reads them; the files of one as if all were TypeScript where `loose`. */
export function typescript(root) {
  const parsed = new Map();
  const read = (config) => {
    const folder = dirname(config);
    const source = ts.readJsonConfigFile(config, ts.sys.readFile);
    const content = ts.parseJsonSourceFileConfigFileContent(source, ts.sys, folder, {}, config);
    const { validatedFilesSpec = [], validatedIncludeSpecs = [], validatedExcludeSpecs } = source.configFileSpecs;
    const all = validatedIncludeSpecs.length ? ts.matchFiles(folder, undefined, validatedExcludeSpecs, validatedIncludeSpecs, true, folder, undefined, entriesAsTypeScript, (path) => path) : [];
    const taken = new Set(all);
    const listed = validatedFilesSpec.map((name) => ts.getNormalizedAbsolutePath(name, folder));
    return { ...content, strict: new Set(content.fileNames), loose: { has: (file) => listed.includes(file) || asTypeScript(file).some((path) => taken.has(path)) } };
  };
  const parse = (config) => {
    if (!parsed.has(config)) parsed.set(config, read(config));
    return parsed.get(config);
  };
  const references = (config) => (parse(config).projectReferences ?? []).map((reference) => ts.resolveProjectReferencePath(reference)).filter((path) => ts.sys.fileExists(path));
  const projects = (config) => {
    const seen = new Set([config]);
    const order = [];
    const visit = (one) => {
      const fresh = references(one).filter((path) => !seen.has(path) && seen.add(path));
      order.push(...fresh);
      fresh.forEach(visit);
    };
    visit(config);
    return order;
  };
  const chain = (file) => {
    const found = [];
    for (let at = dirname(file); at.startsWith(root); at = dirname(at)) {
      found.push(...["tsconfig.json", "jsconfig.json"].map((name) => join(at, name)).filter(ts.sys.fileExists));
    }
    return found;
  };
  const owner = (file, loose) => chain(file).flatMap((config) => [...projects(config), config]).find((config) => parse(config)[loose ? "loose" : "strict"].has(file));
  return {
    owner, nearest: (file) => chain(file)[0], hasReferences: (file) => chain(file).some((config) => references(config).length),
    resolve(config, file, specifier) {
      const resolved = (options) => ts.resolveModuleName(specifier, file, { ...options, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, allowJs: true }, ts.sys).resolvedModule?.resolvedFileName;
      const { options } = parse(config);
      // Where an entry of `paths` leads nowhere TypeScript does not look into `baseUrl`; the resolvers do.
      return resolved(options) ?? (options.baseUrl ? resolved({ ...options, paths: undefined }) : undefined);
    },
  };
}

/* ---- the resolvers ---- */

const shared = { extensions: [".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx", ".json"], conditionNames: ["node", "import"] };

export function oxc() {
  const resolver = new ResolverFactory({ ...shared, tsconfig: "auto" });
  return (file, specifier) => resolver.resolveFileSync(file, specifier).path;
}

export function enhancedResolve(config) {
  const resolver = enhanced.create.sync({ ...shared, tsconfig: { configFile: config, references: [] } });
  return (file, specifier) => {
    try {
      return resolver({}, dirname(file), specifier) || undefined;
    } catch {
      return undefined;
    }
  };
}
