// What the tests of the Node.js package share.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const preset = process.env.PROLOGUE_PRESET ?? "release";
export const cli = join(root, "build", preset, "prologue");
export const przm = join(root, "build/fixtures/przm");

process.env.PROLOGUE_ADDON ??= join(root, "build", preset, "node/prologue.node");

export const prologue = await import(new URL("../../node/index.mjs", import.meta.url));

// Files by path, in a folder that is removed after the test.
export function project(t, files) {
  const folder = mkdtempSync(join(tmpdir(), "prologue-node-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export const small = {
  "src/worker.ts": 'import { A } from "./a";\nimport "./act";\nexport default A;\n',
  "src/a.tsx": '"use client";\nimport "gone";\nexport const A = () => <b/>;\n',
  "src/act.ts": '"use server";\nexport async function act() {}\n',
};

// A scan that takes long enough to be told of: the packages of the tests, 30 MB.
export function long(t) {
  const glob = 'import.meta.glob("/node_modules/**/*.{js,mjs,cjs,ts}", { exhaustive: true });';
  const folder = project(t, { "src/none.txt": "", "all.ts": glob });
  return { root: join(root, "tests"), sources: [join(folder, "src")], entries: [join(folder, "all.ts")] };
}
