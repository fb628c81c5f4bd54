// A walk over (file, environment) pairs as one would write it in JavaScript with native parts.
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { parseSync } from "oxc-parser";
import { ResolverFactory } from "oxc-resolver";
import { entry, environments, extensions, measure, script, sources } from "./app.mjs";

const trivia = /(?:\s+|\/\/.*|\/\*[^]*?\*\/)*/y;
const statement = /(?:'([^'\n]*)'|"([^"\n]*)")\s*;?/y;
const requires = /\brequire\(\s*(?:'([^'\n]+)'|"([^"\n]+)")\s*\)/g;
const external = /^(?:node:|bun:|cloudflare:|virtual:|data:|https?:|\/\/|\0)/;
const query = /[?&](?:url|raw|worker|sharedworker|inline)\b/;

function directiveEnvironment(source) {
  let at = source.startsWith("#!") ? source.indexOf("\n") : 0;
  let environment;
  for (;;) {
    trivia.lastIndex = at;
    trivia.test(source);
    statement.lastIndex = trivia.lastIndex;
    const match = statement.exec(source);
    if (!match) return environment;
    const value = match[1] ?? match[2];
    if (value === "use client") return "client";
    if (value === "use server") environment = "server";
    at = statement.lastIndex;
  }
}

const isTypeOnly = (entries) => entries.length > 0 && entries.every((item) => item.isType);

/** Two lists, since packages may answer differently to `import` and to `require`. */
function requestsOf(file, source) {
  const { module } = parseSync(file, source);
  const imported = new Set();
  const required = new Set();
  for (const { entries, moduleRequest } of module.staticImports) {
    if (!isTypeOnly(entries)) imported.add(moduleRequest.value);
  }
  for (const { entries } of module.staticExports) {
    const from = entries.filter((item) => item.moduleRequest && !item.isType);
    for (const { moduleRequest } of from) imported.add(moduleRequest.value);
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const text = source.slice(moduleRequest.start, moduleRequest.end);
    if (/^(?:'[^'\\]*'|"[^"\\]*"|`[^`\\$]*`)$/.test(text)) imported.add(text.slice(1, -1));
  }
  if (!module.hasModuleSyntax) {
    for (const match of source.matchAll(requires)) required.add(match[1] ?? match[2]);
  }
  return { imported: [...imported], required: [...required] };
}

function createResolvers(name) {
  const { conditions, mainFields } = environments[name];
  const options = {
    conditionNames: [...conditions, "import"],
    mainFields,
    extensions,
    aliasFields: name === "client" ? [["browser"]] : [],
    extensionAlias: {
      ".js": [".js", ".ts", ".tsx"],
      ".jsx": [".jsx", ".tsx"],
      ".mjs": [".mjs", ".mts"],
      ".cjs": [".cjs", ".cts"],
    },
    tsconfig: "auto",
  };
  const imported = new ResolverFactory(options);
  const required = imported.cloneWithOptions({ ...options, conditionNames: [...conditions, "require"] });
  return { imported, required };
}

function walk() {
  const resolvers = { server: createResolvers("server"), client: createResolvers("client") };
  const facts = new Map();
  const visited = { server: new Set(), client: new Set() };
  const queue = [];

  const read = (file) => {
    let fact = facts.get(file);
    if (!fact) {
      const source = readFileSync(file, "utf8");
      fact = { source, environment: directiveEnvironment(source), requests: null };
      facts.set(file, fact);
    }
    return fact;
  };
  const reach = (file, importer) => {
    const environment = read(file).environment ?? importer;
    if (visited[environment].has(file)) return;
    visited[environment].add(file);
    queue.push([file, environment]);
  };
  const follow = (file, environment, kind, specifiers) => {
    for (const specifier of specifiers) {
      if (external.test(specifier) || query.test(specifier) || isBuiltin(specifier)) continue;
      const { path: target } = resolvers[environment][kind].resolveFileSync(file, specifier);
      if (target && script.test(target)) reach(target, environment);
    }
  };

  reach(entry, "server");
  for (const file of sources()) {
    const { environment } = read(file);
    if (environment) reach(file, environment);
  }
  while (queue.length > 0) {
    const [file, environment] = queue.pop();
    const fact = facts.get(file);
    fact.requests ??= requestsOf(file, fact.source);
    follow(file, environment, "imported", fact.requests.imported);
    follow(file, environment, "required", fact.requests.required);
  }
  return { modules: facts.size, visits: visited.server.size + visited.client.size };
}

await measure("jswalk", ["oxc-parser", "oxc-resolver"], walk);
