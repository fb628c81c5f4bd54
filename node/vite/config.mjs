// What a resolved Vite configuration says, in the scanner's words.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";

const EITHER_MODE = "development|production"; // Vite's placeholder, in its conditions
const WITHOUT_DISK = /^(virtual:|\0|data:|(https?:)?\/\/)/;
const MODULE_SCRIPT = /<script\b(?=[^>]*\btype\s*=\s*["']?module\b)[^>]*\bsrc\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s>]+))/gi;

const asArray = (value) => (value == null ? [] : Array.isArray(value) ? value : [value]);
const clean = (file) => file.replace(/[?#].*$/, "");

export function conditionsOf(resolved, isProduction) {
  const conditions = asArray(resolved.conditions).map((name) =>
    name === EITHER_MODE ? (isProduction ? "production" : "development") : name,
  );
  return [...new Set(conditions)];
}

// Vite asks "main" after all others, whatever the list says.
const mainFieldsOf = (resolved) => [...new Set([...asArray(resolved.mainFields), "main"])];

export function environmentOf(resolved, isProduction) {
  const mainFields = mainFieldsOf(resolved);
  return { conditions: conditionsOf(resolved, isProduction), mainFields, browserMaps: mainFields.includes("browser") };
}

// "/src" is below the root for Vite, where there is such a folder.
function aliasTarget(replacement, root) {
  if (!replacement.startsWith("/") || replacement.startsWith(`${root}/`) || replacement === root) return replacement;
  const below = join(root, replacement);
  return existsSync(below) ? below : replacement;
}

// `/src/a` is below the root for Vite; for the scanner it is a path of the disk.
function rootAliases(root) {
  return readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules" && !root.startsWith(`/${name}/`))
    .map(({ name }) => ({ from: `/${name}`, to: join(root, name) }));
}

// Vite's own (`/^\/?@vite\/client/`) name what is no module of the application.
const isOwnOfVite = ({ find }) => find instanceof RegExp && find.source.includes("@vite");

// String aliases are the scanner's; regular expressions are applied to the specifiers that a scan has met.
export function aliasesOf(resolved, root) {
  const entries = Array.isArray(resolved.alias)
    ? resolved.alias
    : Object.entries(resolved.alias ?? {}).map(([find, replacement]) => ({ find, replacement }));
  const own = entries.filter((entry) => !isOwnOfVite(entry));
  const native = own
    .filter(({ find }) => typeof find === "string")
    .map(({ find, replacement }) => ({ from: find, to: aliasTarget(replacement, root) }));
  const patterns = own
    .filter(({ find }) => find instanceof RegExp)
    .map(({ find, replacement }) => ({ find, replacement, target: (text) => aliasTarget(text, root) }));
  return { native: [...native, ...rootAliases(root)], patterns };
}

// What is external by name. What Vite leaves to Node.js because it stands in node_modules is scanned all
// the same: a directive in there is what one wants to know about.
export function externalsOf(resolved) {
  const names = resolved.external === true ? [] : asArray(resolved.external);
  return names.flatMap((name) => [name, `${name}/*`]);
}

const inputOf = (build) => build?.rolldownOptions?.input ?? build?.rollupOptions?.input;

function inputsOf(build) {
  const input = inputOf(build) ?? build?.lib?.entry ?? (typeof build?.ssr === "string" ? build.ssr : undefined);
  return typeof input === "object" && !Array.isArray(input) ? Object.values(input) : asArray(input);
}

function scriptsOf(page, root) {
  if (!existsSync(page)) return [];
  return [...readFileSync(page, "utf8").matchAll(MODULE_SCRIPT)]
    .map(([, double, single, bare]) => clean(double ?? single ?? bare))
    .filter((source) => !WITHOUT_DISK.test(source))
    .map((source) => (source.startsWith("/") ? join(root, source) : resolve(page, "..", source)));
}

const fileOf = (input, root) => (isAbsolute(input) && existsSync(input) ? input : join(root, input));

// What a bundler is to begin with may also be virtual or the name of a package: plugins know where that leads.
const askedOf = (inputs, root) =>
  inputs.filter((input) => typeof input === "string" && !/^(data:|(https?:)?\/\/)/.test(input) && !existsSync(fileOf(input, root)));

// Those that are files, and the scripts of those that are pages.
export function entryFiles(inputs, root) {
  const files = inputs
    .filter((input) => typeof input === "string" && !WITHOUT_DISK.test(input) && !input.includes("virtual:"))
    .flatMap((input) => {
      const file = fileOf(input, root);
      return file.endsWith(".html") ? scriptsOf(file, root) : [file];
    });
  return [...new Set(files)].filter((file) => existsSync(file));
}

export function entriesOf(environment, name, root) {
  const inputs = inputsOf(environment.build);
  if (inputs.length === 0 && name === "client") inputs.push("index.html");
  return entryFiles(inputs, root);
}

// The environment in which Server Components run: the one whose conditions hold `react-server`, else
// the first that is not a browser's. A configuration without any gets the scanner's own, `server`.
export function serverName(environments, asked) {
  if (asked) return asked;
  const names = Object.keys(environments);
  const conditions = (name) => asArray(environments[name].resolve?.conditions);
  return (
    names.find((name) => conditions(name).includes("react-server")) ??
    names.find((name) => ["rsc", "worker", "server"].includes(name)) ??
    names.find((name) => environments[name].consumer === "server") ??
    "server"
  );
}

// "use client" modules run wherever Server Components do not.
export function directivesOf(names, server) {
  const others = names.filter((name) => name !== server);
  return { "use client": others.length > 0 ? others : [server], "use server": [server] };
}

// Everything that a scan of this configuration is asked for; `options` are the plugin's.
export function scanOptions(config, options = {}) {
  const root = config.root;
  const environments = config.environments;
  const names = options.environments ?? Object.keys(environments);
  for (const name of names) {
    if (!environments[name]) throw new Error(`prologue: Vite has no environment "${name}" (it has ${Object.keys(environments).join(", ")})`);
  }
  const chosen = Object.fromEntries(names.map((name) => [name, environments[name]]));
  const server = serverName(chosen, options.server);
  const { native, patterns } = aliasesOf(config.resolve, root);
  const entries = {};
  const virtual = {};
  for (const name of names) {
    const asked = options.entries?.[name];
    entries[name] = asked ? entryFiles(asArray(asked), root) : entriesOf(chosen[name], name, root);
    virtual[name] = askedOf(asked ? asArray(asked) : inputsOf(chosen[name].build), root);
  }
  return {
    server,
    patterns,
    virtual,
    request: {
      root,
      mode: config.isProduction ? "production" : "development",
      environments: Object.fromEntries(
        names.map((name) => [name, environmentOf(chosen[name].resolve, config.isProduction)]),
      ),
      directives: { ...directivesOf(names, server), ...options.directives },
      entries,
      alias: native,
      externals: names.flatMap((name) =>
        [...externalsOf(chosen[name].resolve), ...asArray(options.externals)].map((pattern) => ({ pattern, environment: name })),
      ),
      preserveSymlinks: Boolean(config.resolve?.preserveSymlinks),
      ...(options.sources ? { sources: options.sources } : {}),
      ...(options.excludes ? { excludes: options.excludes } : {}),
      ...(options.tsconfig ? { tsconfig: options.tsconfig } : {}),
    },
  };
}
