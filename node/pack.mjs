// `./dev pack`: the package with the binaries of this machine, as build/prologue-VERSION.tgz.
// What goes in is what git tracks, from the folders named here.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stage = join(root, "build/package");
const binaries = join(root, "build/release/node");

const run = (file, ...given) => execFileSync(file, given, { cwd: root, encoding: "utf8" });
const tracked = (...folders) =>
  run("git", "ls-files", "-co", "--exclude-standard", "-z", "--", ...folders).split("\0").filter(Boolean);

function copy(from, to) {
  mkdirSync(dirname(join(stage, to)), { recursive: true });
  copyFileSync(join(root, from), join(stage, to));
}

const OURS_ALONE = /^node\/(src\/|CMakeLists\.txt|package-lock\.json|\.npmrc|pack\.mjs)/;
const TO_BUILD = ["CMakeLists.txt", "cmake", "scanner", "cli", "grammar", "node/src", "node/CMakeLists.txt", "node/package-lock.json", "node/package.json"];

function program(name) {
  const target = join(stage, "prebuilds", `${process.platform}-${process.arch}`, name);
  mkdirSync(dirname(target), { recursive: true });
  run("strip", "-x", "-o", target, join(binaries, name));
  chmodSync(target, 0o755);
}

// Without what only those need who work on it.
function manifest() {
  const { devDependencies, ...rest } = JSON.parse(readFileSync(join(root, "node/package.json"), "utf8"));
  writeFileSync(join(stage, "package.json"), `${JSON.stringify(rest, null, 2)}\n`);
}

rmSync(stage, { recursive: true, force: true });
for (const path of tracked("node")) {
  if (!OURS_ALONE.test(path)) copy(path, path.slice("node/".length));
}
for (const path of tracked(...TO_BUILD)) copy(path, `source/${path}`);
for (const path of tracked("README.md", "LICENSE", "docs")) copy(path, path);
manifest();
for (const name of ["prologue.node", "prologue"]) program(name);
for (const name of readdirSync(join(root, "build"))) {
  if (/^prologue-.*\.tgz$/.test(name)) rmSync(join(root, "build", name));
}
const [packed] = JSON.parse(run("npm", "pack", stage, "--json", "--ignore-scripts", "--pack-destination", join(root, "build")));
process.stdout.write(`build/${packed.filename}\n`);
