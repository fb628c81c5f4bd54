"use strict";

// Runs when the package is installed: where the binaries that came with it fit, there is nothing to do;
// else they are built from the sources that came with it.
const { execFileSync } = require("node:child_process");
const { chmodSync, copyFileSync, existsSync, mkdirSync } = require("node:fs");
const { join } = require("node:path");
const { platform } = require("./lib/native.cjs");

const NAMES = { "prologue.node": "node/prologue.node", prologue: "node/prologue" };
const LIBRARIES = { libuv: "libuv1-dev", libxxhash: "libxxhash-dev", "tree-sitter": "libtree-sitter-dev", jansson: "libjansson-dev" };
const source = join(__dirname, "source");

const run = (file, given, options) => execFileSync(file, given, { stdio: "pipe", encoding: "utf8", ...options });

function succeeds(file, given) {
  try {
    run(file, given);
    return true;
  } catch {
    return false;
  }
}

// In processes of their own: a binary for another C library may end the one that loads it.
const works = (folder) =>
  existsSync(join(folder, "prologue.node")) &&
  succeeds(process.execPath, ["-e", "require(process.argv[1])", join(folder, "prologue.node")]) &&
  succeeds(join(folder, "prologue"), ["--version"]);

function missingTools() {
  const tools = ["cmake", process.env.CC || "cc", "pkg-config"].filter((tool) => !succeeds(tool, ["--version"]));
  if (!tools.includes("pkg-config")) {
    for (const [module, name] of Object.entries(LIBRARIES)) {
      if (!succeeds("pkg-config", ["--exists", module])) tools.push(`${module} (${name})`);
    }
  }
  return tools;
}

function npm(given) {
  const own = process.env.npm_execpath;
  if (own?.endsWith("npm-cli.js")) return run(process.execPath, [own, ...given]);
  return run("npm", given);
}

function build(target) {
  const folder = join(__dirname, "build/cmake");
  // The grammar's generated C and Node-API's headers, as their lock files pin them.
  for (const part of ["grammar", "node"]) {
    npm(["ci", "--prefix", join(source, part), "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"]);
  }
  const options = ["CMAKE_BUILD_TYPE=Release", "CMAKE_C_FLAGS_RELEASE=-O2", "PROLOGUE_WERROR=OFF", "PROLOGUE_TESTS=OFF", "PROLOGUE_BENCH=OFF"];
  run("cmake", ["-S", source, "-B", folder, ...options.map((option) => `-D${option}`)]);
  run("cmake", ["--build", folder, "--parallel", "--target", "prologue_node", "prologue_portable"]);
  mkdirSync(target, { recursive: true });
  for (const [name, built] of Object.entries(NAMES)) {
    copyFileSync(join(folder, built), join(target, name));
    chmodSync(join(target, name), 0o755);
  }
}

function main() {
  if (!existsSync(source) || works(join(__dirname, "prebuilds", platform))) return;
  const target = join(__dirname, "build", platform);
  if (works(target)) return;
  const missing = missingTools();
  if (missing.length) {
    throw new Error(`there is no binary for ${platform}, and to build one ${missing.join(", ")} would be needed`);
  }
  build(target);
  if (!works(target)) throw new Error(`what was built for ${platform} does not run here`);
}

try {
  main();
} catch (error) {
  const output = [error.stdout, error.stderr].filter(Boolean).join("").trimEnd();
  process.stderr.write(`${output ? `${output}\n` : ""}prologue: ${error.message.split("\n")[0]}\n`);
  process.exitCode = 1;
}
