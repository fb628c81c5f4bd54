// The shape of the tree, as functions that return problems; structure.test.mjs asks for none.
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

export const MAX_LINES = 700;

// Data flows one way. A file includes headers of its own row and of rows above it.
// `x_*` stands for the parts of a noun that outgrew one file.
const ROWS = [
  ["error", "arena", "ledger", "slab", "sort", "table", "text", "input", "os", "os_*", "json", "json_*"],
  ["facts", "source", "near_miss"],
  ["path"],
  ["moment", "fuse", "recent", "record_file", "dump_file", "monitor", "tracker"],
  ["listing", "order", "realpath"],
  ["read"],
  ["lex", "lex_*"],
  ["mdx", "mdx_*"],
  ["language"], // in grammar/: extension -> language
  ["syntax", "syntax_*"],
  ["notes", "reader", "inspect"],
  ["glob", "key_map", "manifest", "package_json", "tsconfig", "tsconfig_*", "resolve", "resolve_*"],
  ["config"],
  ["graph"],
  ["frontier", "workers", "walk", "walk_*"],
  ["attribution", "report", "report_*"],
  ["session", "session_*", "prologue"],
];

const matches = (pattern, noun) =>
  pattern.endsWith("*") ? noun.startsWith(pattern.slice(0, -1)) : noun === pattern;
const rowOf = (noun) => ROWS.findIndex((row) => row.some((pattern) => matches(pattern, noun)));
const nounOf = (file) => basename(file).replace(/\.[ch]$/, "");

const cFiles = (folder) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => /\.[ch]$/.test(name)).sort() : [];

function includes(file) {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]/gm)].map(([, quote, path]) => ({
    path,
    own: quote === '"',
  }));
}

export function upwardIncludes(root) {
  const problems = [];
  for (const name of cFiles(join(root, "scanner/src"))) {
    const row = rowOf(nounOf(name));
    if (row < 0) problems.push(`scanner/src/${name} is in no row of the layout`);
    for (const { path, own } of includes(join(root, "scanner/src", name))) {
      if (!own || path === "prologue.h") continue;
      if (rowOf(nounOf(path)) < 0 || path.includes("/")) {
        problems.push(`scanner/src/${name} includes ${path}, which is in no row of the layout`);
      } else if (rowOf(nounOf(path)) > row) {
        problems.push(`scanner/src/${name} includes ${path}, from a row below its own`);
      }
    }
  }
  for (const folder of ["cli", "node/src"]) {
    for (const name of cFiles(join(root, folder))) {
      for (const { path, own } of includes(join(root, folder, name))) {
        if (own && path !== "prologue.h" && !existsSync(join(root, folder, path))) {
          problems.push(`${folder}/${name} includes ${path}: it stands on prologue.h alone`);
        }
      }
    }
  }
  return problems;
}

export function unbuiltFiles(root) {
  const list = readFileSync(join(root, "CMakeLists.txt"), "utf8");
  return ["scanner/src", "cli"].flatMap((folder) =>
    cFiles(join(root, folder))
      .map((name) => `${folder}/${name}`)
      .filter((path) => path.endsWith(".c") && !list.includes(`${path}\n`) && !list.includes(`${path})`)),
  );
}

// x.c with its x.h; a header may stand alone, and so may the parts x_*.c of a noun x.
export function unpairedFiles(root) {
  const problems = [];
  for (const folder of ["scanner/src", "cli", "node/src"]) {
    const names = new Set(cFiles(join(root, folder)));
    for (const name of names) {
      const noun = nounOf(name);
      const headers = [noun, noun.replace(/_[^_]*$/, "")].map((stem) => `${stem}.h`);
      if (name.endsWith(".h") || ["main", "prologue", "error", "addon"].includes(noun)) continue;
      if (!headers.some((header) => names.has(header))) problems.push(`${folder}/${name} has no ${noun}.h`);
    }
  }
  return problems;
}

export function longFiles(root) {
  return ["scanner/src", "cli", "grammar", "bench", "node/src"].flatMap((folder) =>
    cFiles(join(root, folder))
      .map((name) => ({ path: `${folder}/${name}`, lines: readFileSync(join(root, folder, name), "utf8").split("\n").length - 1 }))
      .filter(({ path, lines }) => path.endsWith(".c") && lines > MAX_LINES)
      .map(({ path, lines }) => `${path} has ${lines} lines, more than ${MAX_LINES}`),
  );
}

export const trackedFiles = (root) =>
  execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((path) => path && lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile());

// The rules of resolution are files of our own in folders that have to be called node_modules.
const WRITTEN_HERE = /^fixtures\/resolve\//;

export function foreignFiles(paths) {
  return paths
    .filter((path) => !WRITTEN_HERE.test(path))
    .filter((path) => /(^|\/)(node_modules|build|\.cache)\//.test(path) || /(^|\/)parser\.c$|\.(o|a|so|node)$/.test(path))
    .map((path) => `${path} is third-party or generated`);
}

// Written in pieces, so that this file holds no example of what it looks for.
const MACHINE = new RegExp(`(^|[\\s"'=(:])/(${["ho" + "me", "Us" + "ers", "ro" + "ot", "wo" + "rk"].join("|")})/[\\w.-]+`, "m");
const REGISTRY = new RegExp(`registry\\.|/${"art" + "ifactory"}/|://[^/\\s]*(npm${"js"}|yarnpkg)\\.|"resol${"ved"}": "http`);

export function foreignAddresses(root, paths) {
  return paths.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    return [["a path of one machine", MACHINE], ["the address of a registry", REGISTRY]]
      .filter(([, pattern]) => pattern.test(text))
      .map(([what, pattern]) => `${path} holds ${what}: ${pattern.exec(text)[0].trim()}`);
  });
}
