// What Vite's watcher does not see: installed packages, and workspace packages beside the root.
import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

// Package managers write these last.
const INSTALLED = [".package-lock.json", ".modules.yaml", ".yarn-state.yml"];

function* upwards(folder) {
  for (let at = folder; ; at = dirname(at)) {
    yield at;
    if (dirname(at) === at) return;
  }
}

const stateOf = (file) => {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size}` : "";
};

// Another text after each installation of packages.
export function installationState(root) {
  const states = [];
  for (const folder of upwards(root)) {
    for (const name of INSTALLED) states.push(stateOf(join(folder, "node_modules", name)));
    states.push(stateOf(join(folder, "bun.lock")));
  }
  return states.join("\n");
}

const packageFolder = (file) => {
  for (const folder of upwards(dirname(file))) {
    if (existsSync(join(folder, "package.json"))) return folder;
  }
  return dirname(file);
};

// The folders of packages beside the root that a report reaches into. `known` holds those that were told.
export function foldersBeside(report, known) {
  const found = [];
  const seen = new Set();
  for (const path of report.beside) {
    const file = resolve(report.root, path);
    if (seen.has(dirname(file))) continue;
    seen.add(dirname(file));
    const folder = packageFolder(file);
    if (!known.has(folder)) {
      known.add(folder);
      found.push(folder);
    }
  }
  return found;
}
