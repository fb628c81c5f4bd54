"use strict";

// The addon: the one that PROLOGUE_ADDON names, the package's own for this platform, the one that was
// built when the package was installed, or the repository's.
const { existsSync } = require("node:fs");
const { join, resolve } = require("node:path");
const { PrologueError } = require("./error.cjs");

const folder = join(__dirname, "..");
const platform = `${process.platform}-${process.arch}`;
let loaded;

function candidates(name) {
  return [
    join(folder, "prebuilds", platform, name),
    join(folder, "build", platform, name),
    join(folder, "../build/release", name.endsWith(".node") ? "node" : ".", name),
  ].filter(existsSync);
}

const missing = (cause) =>
  new PrologueError("no-binary", `prologue has no binary for ${platform}; \`npm rebuild prologue\` builds one`, {
    cause,
  });

function native() {
  if (loaded) return loaded;
  const given = process.env.PROLOGUE_ADDON;
  let cause;
  for (const file of given ? [resolve(given)] : candidates("prologue.node")) {
    try {
      return (loaded = require(file));
    } catch (error) {
      cause ??= error;
    }
  }
  throw missing(cause);
}

function commandLine() {
  const [file] = candidates("prologue");
  if (!file) throw missing();
  return file;
}

module.exports = { native, commandLine, platform };
