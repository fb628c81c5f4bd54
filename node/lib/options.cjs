"use strict";

// Options as users write them, to what the addon reads. Every problem names the option.
const { fileURLToPath } = require("node:url");
const { resolve } = require("node:path");
const { invalid } = require("./error.cjs");
const { hooks } = require("./hooks.cjs");

const MAX_THREADS = 256;
const MAX_INTERVAL = 60_000;
const UNITS = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };

const show = (value) => {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (value === null || typeof value !== "object") return typeof value === "function" ? "a function" : String(value);
  return Array.isArray(value) ? "an array" : "an object";
};
const wrong = (option, expected, value) => invalid(option, `must be ${expected}, not ${show(value)}`);

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function known(object, option, names) {
  if (!isObject(object)) throw wrong(option, "an object", object);
  for (const name of Object.keys(object)) {
    if (!names.includes(name)) throw invalid(`${option}.${name}`, `is no option; there are ${names.join(", ")}`);
  }
}

function text(value, option) {
  if (typeof value !== "string") throw wrong(option, "a string", value);
  if (value.includes("\0")) throw invalid(option, "must not hold a NUL character");
  return value;
}

function filled(value, option) {
  if (text(value, option) === "") throw invalid(option, "must not be empty");
  return value;
}

function path(value, option) {
  if (!(value instanceof URL)) return filled(value, option);
  if (value.protocol !== "file:") throw invalid(option, "must be a path or a file: URL");
  return fileURLToPath(value);
}

function boolean(value, option) {
  if (value !== undefined && typeof value !== "boolean") throw wrong(option, "true or false", value);
  return value === true;
}

function choice(value, option, choices) {
  if (!choices.includes(value)) throw wrong(option, choices.map((one) => JSON.stringify(one)).join(" or "), value);
  return value;
}

function list(value, option, item) {
  if (!Array.isArray(value)) throw wrong(option, "an array", value);
  return Array.from(value, (one, i) => item(one, `${option}[${i}]`));
}

const texts = (value, option) => list(value, option, text);
const fields = (value, option) => (value === undefined ? undefined : texts(value, option));
const environmentOf = (value, option) => (value === undefined ? undefined : filled(value, option));

// ---- sessions -------------------------------------------------------------------------------------

function memoryLimit(value) {
  const option = "options.memoryLimit";
  if (value === undefined) return 0;
  let bytes = value;
  if (typeof value === "string") {
    const [, number, unit] = /^(\d+)\s*([a-z]*)$/i.exec(value) ?? [];
    bytes = Number(number) * UNITS[(unit ?? "?").toLowerCase().replace(/^([kmgt])ib$/, "$1")];
  }
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes <= 0) {
    throw wrong(option, 'a number of bytes or a size such as "256MiB"', value);
  }
  return bytes;
}

function threads(value) {
  if (value === undefined) return 0;
  if (!Number.isInteger(value) || value < 1 || value > MAX_THREADS) {
    throw wrong("options.threads", `an integer from 1 to ${MAX_THREADS}`, value);
  }
  return value;
}

function interval(value) {
  if (value === undefined) return 0;
  if (!Number.isInteger(value) || value < 1 || value > MAX_INTERVAL) {
    throw wrong("options.memoryInterval", `an integer from 1 to ${MAX_INTERVAL}`, value);
  }
  return value;
}

const optionalPath = (value, option) => (value === undefined ? undefined : resolve(path(value, option)));

const SESSION = ["memoryLimit", "threads", "cache", "memoryTrace", "memoryInterval", "memoryDump", "memoryAttribution"];

function sessionOptions(options) {
  known(options, "options", SESSION);
  return {
    memoryLimit: memoryLimit(options.memoryLimit),
    threads: threads(options.threads),
    memoryTrace: optionalPath(options.memoryTrace, "options.memoryTrace"),
    memoryInterval: interval(options.memoryInterval),
    memoryDump: optionalPath(options.memoryDump, "options.memoryDump"),
    memoryAttribution: boolean(options.memoryAttribution, "options.memoryAttribution"),
    noCache: options.cache !== undefined && !boolean(options.cache, "options.cache"),
  };
}

// ---- scans ----------------------------------------------------------------------------------------

function entries(value, option) {
  if (value === undefined) return [];
  if (typeof value === "string" || value instanceof URL) return [{ path: path(value, option) }];
  if (Array.isArray(value)) return list(value, option, (one, name) => ({ path: path(one, name) }));
  if (!isObject(value)) throw wrong(option, "an object of arrays, or an array", value);
  return Object.entries(value).flatMap(([environment, files]) =>
    list(typeof files === "string" || files instanceof URL ? [files] : files, `${option}.${environment}`, (one, name) => ({
      path: path(one, name),
      environment,
    })),
  );
}

// PROLOGUE_AUTO, PROLOGUE_NO, PROLOGUE_YES
const toggle = (value, option) =>
  value === undefined ? 0 : ["auto", false, true].indexOf(choice(value, option, [true, false, "auto"]));

function environment(name, value, option) {
  if (Array.isArray(value)) return { name, conditions: texts(value, option) };
  known(value, option, ["conditions", "mainFields", "browserMaps"]);
  return {
    name,
    conditions: fields(value.conditions, `${option}.conditions`),
    mainFields: fields(value.mainFields, `${option}.mainFields`),
    browserMaps: toggle(value.browserMaps, `${option}.browserMaps`),
  };
}

function environments(value, option) {
  if (value === undefined) return [];
  if (!isObject(value)) throw wrong(option, "an object", value);
  return Object.entries(value).map(([name, one]) => environment(name, one, `${option}.${name}`));
}

function directives(value, option) {
  if (value === undefined) return [];
  if (!isObject(value)) throw wrong(option, "an object", value);
  return Object.entries(value).map(([directive, names]) => ({
    text: directive,
    environments: texts(typeof names === "string" ? [names] : names, `${option}[${JSON.stringify(directive)}]`),
  }));
}

function alias(one, option) {
  known(one, option, ["from", "to", "environment"]);
  return {
    from: filled(one.from, `${option}.from`),
    to: filled(one.to, `${option}.to`),
    environment: environmentOf(one.environment, `${option}.environment`),
  };
}

function aliases(value, option) {
  if (value === undefined) return [];
  if (Array.isArray(value)) return list(value, option, alias);
  if (!isObject(value)) throw wrong(option, "an object or an array", value);
  return Object.entries(value).map(([from, to]) => ({ from, to: filled(to, `${option}[${JSON.stringify(from)}]`) }));
}

function pattern(one, option) {
  if (typeof one === "string") return { pattern: filled(one, option) };
  known(one, option, ["pattern", "environment"]);
  return {
    pattern: filled(one.pattern, `${option}.pattern`),
    environment: environmentOf(one.environment, `${option}.environment`),
  };
}

const patterns = (value, option) => (value === undefined ? [] : list(value, option, pattern));

function callback(value, option) {
  if (value !== undefined && typeof value !== "function") throw wrong(option, "a function", value);
  return value;
}

function signal(value) {
  if (value !== undefined && !(value instanceof AbortSignal)) throw wrong("options.signal", "an AbortSignal", value);
  return value;
}

const SCAN = [
  "root", "entries", "sources", "environments", "mode", "directives", "alias", "externals", "excludes",
  "tsconfig", "preserveSymlinks", "noElide", "edges", "verify", "signal", "onProgress", "resolve", "load",
];

function scanOptions(options) {
  known(options, "options", SCAN);
  const { request: hooked, answer } = hooks(options);
  const mode = options.mode === undefined ? "production" : choice(options.mode, "options.mode", ["production", "development"]);
  return {
    signal: signal(options.signal),
    onProgress: callback(options.onProgress, "options.onProgress"),
    answer,
    request: {
      root: resolve(options.root === undefined ? "." : path(options.root, "options.root")),
      entries: entries(options.entries, "options.entries"),
      sources: options.sources === undefined ? [] : list(options.sources, "options.sources", path),
      environments: environments(options.environments, "options.environments"),
      development: mode === "development",
      directives: directives(options.directives, "options.directives"),
      aliases: aliases(options.alias, "options.alias"),
      externals: patterns(options.externals, "options.externals"),
      excludes: patterns(options.excludes, "options.excludes"),
      tsconfig: options.tsconfig === undefined ? undefined : path(options.tsconfig, "options.tsconfig"),
      preserveSymlinks: boolean(options.preserveSymlinks, "options.preserveSymlinks"),
      noElide: boolean(options.noElide, "options.noElide"),
      edges: boolean(options.edges, "options.edges"),
      verify: toggle(options.verify, "options.verify"),
      ...hooked,
    },
  };
}

// Of scan(), which takes both kinds.
function split(options) {
  known(options, "options", [...SESSION, ...SCAN]);
  const pick = (names) => Object.fromEntries(names.filter((name) => name in options).map((name) => [name, options[name]]));
  return { session: pick(SESSION), scan: pick(SCAN) };
}

const paths = (value, option) => list(value, option, (one, name) => resolve(path(one, name)));

module.exports = { sessionOptions, scanOptions, split, paths };
