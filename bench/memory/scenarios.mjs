// What the memory bench scans: each scenario writes its application into a folder of its own.
import { spawnSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

const MIB = 1 << 20;
const PEERS = ["rolldown", "esbuild", "rwsdk"];

function write(folder, name, text) {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function begin(folder, name) {
  rmSync(folder, { recursive: true, force: true });
  write(folder, "package.json", `{ "name": "${name}", "private": true, "type": "module" }\n`);
}

/** One file that imports something of a package which the bench has installed. */
function imports(folder, name, installed, statement) {
  begin(folder, name);
  write(folder, "src/main.js", `${statement}\n`);
  symlinkSync(installed, path.join(folder, "node_modules"));
}

/** A thousand names to a folder, so that no folder is out of the ordinary. */
const place = (i) => `${String(Math.floor(i / 1000)).padStart(3, "0")}/m${i}`;

/** A pnpm workspace: every project reaches the one real package by a spelling of its own, every second by two links. */
function farm(folder, { spellings, modules }) {
  const store = "node_modules/.pnpm/shared@1.0.0/node_modules/shared";
  begin(folder, "farm");
  write(folder, `${store}/package.json`, '{ "name": "shared", "version": "1.0.0", "type": "module", "main": "./m0.js" }\n');
  for (let i = 0; i < modules; i++) {
    const next = i + 1 < modules ? `export * from "./m${i + 1}.js";\n` : "";
    write(folder, `${store}/m${i}.js`, `${next}export const value${i} = ${i};\n`);
  }
  symlinkSync(".pnpm/shared@1.0.0/node_modules/shared", path.join(folder, "node_modules/shared"));
  for (let i = 0; i < spellings; i++) {
    const own = path.join(folder, `src/p${i}/node_modules`);
    mkdirSync(own, { recursive: true });
    symlinkSync(path.join("../../..", i % 2 ? "node_modules/shared" : store), path.join(own, "shared"));
    write(folder, `src/p${i}/index.js`, `import { value0 } from "shared";\nimport "shared/m${i % modules}.js";\nconsole.log(value0);\n`);
  }
  write(folder, "src/main.js", Array.from({ length: spellings }, (_, i) => `import "./p${i}/index.js";\n`).join(""));
  return { modules: modules + spellings + 1 };
}

function importers(folder, { files, barrel }) {
  begin(folder, "importers");
  const names = Array.from({ length: barrel }, (_, i) => `Icon${i}`);
  write(folder, "lib/index.js", names.map((name) => `export { ${name} } from "./${name}.js";\n`).join(""));
  for (const name of names) write(folder, `lib/${name}.js`, `export const ${name} = () => "${name}";\n`);
  for (let i = 0; i < files; i++) {
    const name = names[i % barrel];
    write(folder, `src/${place(i)}.js`, `import { ${name} } from "../../lib/index.js";\nconsole.log(${name}());\n`);
  }
  write(folder, "src/main.js", Array.from({ length: files }, (_, i) => `import "./${place(i)}.js";\n`).join(""));
  return { modules: files + barrel + 2 };
}

function barrel(folder, { exports }) {
  begin(folder, "barrel");
  const lines = [];
  for (let i = 0; i < exports; i++) {
    lines.push(`export { value${i} } from "./${place(i)}.js";\n`);
    write(folder, `src/${place(i)}.js`, `export const value${i} = ${i};\n`);
  }
  write(folder, "src/main.js", lines.join(""));
  return { modules: exports + 1 };
}

function chain(folder, { length }) {
  begin(folder, "chain");
  for (let i = 0; i < length; i++) {
    const next = i + 1 < length ? `export * from "../${place(i + 1)}.js";\n` : "";
    write(folder, `src/${place(i)}.js`, `${next}export const value${i} = ${i};\n`);
  }
  write(folder, "src/main.js", `import { value0 } from "./${place(0)}.js";\nconsole.log(value0);\n`);
  return { modules: length + 1 };
}

/** JavaScript as it is published, with what makes a reader work hard: quotes in expressions, templates in templates. */
function longSource(seed, bytes) {
  const parts = [`"use client";\nimport { tag } from "./small.js";\n`];
  for (let length = 0, i = 0; length < bytes; i++) {
    const part = `export function render${seed}_${i}(rows, depth = ${i}) {
  const text = rows.map((row) => \`<li class="\${row.on ? \`row-\${row.id}\` : "row"}">\${row.text}</li>\`).join("");
  return depth > ${i % 7} ? text.replace(/["'\`]{1,2}\\/\\*/g, "it's") : tag(text) / ${(i % 9) + 1};
}
`;
    parts.push(part);
    length += part.length;
  }
  return parts.join("");
}

/** A few long files under many names: hard links are files of their own to a scanner, and take no room on the disk. */
function long(folder, { files, bytes }) {
  begin(folder, "long");
  write(folder, "src/small.js", "export const tag = (text) => text.length;\n");
  const distinct = Math.min(files, 5);
  for (let i = 0; i < files; i++) {
    if (i < distinct) write(folder, `src/long${i}.js`, longSource(i, bytes));
    else linkSync(path.join(folder, `src/long${i % distinct}.js`), path.join(folder, `src/long${i}.js`));
  }
  write(folder, "src/main.js", Array.from({ length: files }, (_, i) => `import "./long${i}.js";\n`).join(""));
  return { modules: files + 2, client: files };
}

/** Every name there is of so many letters, where the volume keeps them apart. */
function cases(folder, { letters }) {
  begin(folder, "cases");
  const names = Array.from({ length: 1 << letters }, (_, i) =>
    [..."componentnames".slice(0, letters)].map((letter, bit) => (i >> bit & 1 ? letter.toUpperCase() : letter)).join(""));
  for (const name of names) write(folder, `src/names/${name}.js`, `export const is = "${name}";\n`);
  if (existsSync(path.join(folder, "src/names", `${names[0].toUpperCase()}x.js`)) || new Set(names).size !== names.length) throw new Error("names");
  write(folder, "src/main.js", names.map((name) => `import "./names/${name}.js";\n`).join(""));
  return { modules: names.length + 1 };
}

function generated(folder, { modules }, { generator }) {
  rmSync(folder, { recursive: true, force: true });
  const { status, stderr } = spawnSync(generator, [String(modules), folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return { modules: modules + 2 };
}

/**
 * `limit` is ours, `short` the size and limit of the short form, `bytes` roughly what the disk must hold.
 * A scenario that names no peers is beyond what they can be asked for in reasonable time.
 */
export const scenarios = [
  {
    id: "przm", what: "the przm application", limit: 8 * MIB, entry: "src/worker.tsx", peers: [...PEERS, "esbuild-split"],
    make: (_, __, { przm }) => ({ folder: przm, keep: true }),
  },
  {
    id: "lucide", what: "lucide-react's dynamic imports alone", limit: 8 * MIB, peers: PEERS,
    make: (folder, _, { installed }) => imports(folder, "lucide", installed, 'import icons from "lucide-react/dynamicIconImports";\nconsole.log(icons);'),
  },
  {
    id: "mui-icons", what: "the barrel of @mui/icons-material", limit: 16 * MIB, peers: PEERS,
    make: (folder, _, { installed }) => imports(folder, "mui-icons", installed, 'import * as icons from "@mui/icons-material";\nconsole.log(icons);'),
  },
  {
    id: "farm", what: "one package by 50 spellings, as pnpm links it", limit: 4 * MIB, peers: PEERS,
    size: { spellings: 50, modules: 500 }, short: { spellings: 50, modules: 100 }, make: farm,
  },
  {
    id: "importers", what: "2,000 importers of one barrel at once", limit: 8 * MIB, peers: PEERS,
    size: { files: 2000, barrel: 500 }, short: { files: 2000, barrel: 50 }, make: importers,
  },
  {
    id: "barrel", what: "a barrel of 100,000 exports", limit: 48 * MIB, peers: PEERS,
    size: { exports: 100_000 }, make: barrel,
  },
  {
    id: "chain", what: "a chain 100,000 deep", limit: 48 * MIB, peers: PEERS,
    size: { length: 100_000 }, make: chain,
  },
  {
    id: "long", what: "500 files of 10 MB", limit: 64 * MIB, peers: PEERS,
    size: { files: 500, bytes: 10_000_000 }, short: { files: 60, bytes: 1_000_000 }, make: long,
  },
  {
    id: "cases", what: "4,096 names that differ in case only", limit: 8 * MIB, peers: PEERS,
    size: { letters: 12 }, short: { letters: 9 }, make: cases,
  },
  {
    id: "modules-10k", what: "10,000 generated modules", limit: 16 * MIB, entry: "src/main.ts", peers: PEERS, scale: true,
    size: { modules: 10_000 }, make: generated,
  },
  {
    id: "modules-100k", what: "100,000 generated modules", limit: 64 * MIB, entry: "src/main.ts", peers: PEERS, scale: true,
    size: { modules: 100_000 }, make: generated,
  },
  {
    id: "modules-1m", what: "1,000,000 generated modules", limit: 512 * MIB, entry: "src/main.ts", peers: PEERS, scale: true,
    size: { modules: 1_000_000 }, inodes: 1_200_000, bytes: 6e9, make: generated,
  },
];

/** Writes a scenario below `base`; its folder, its entry and what is known of the answer. */
export function prepare(scenario, base, size, tools) {
  const folder = path.join(base, scenario.id);
  const made = scenario.make(folder, size, tools) ?? {};
  return { folder, entry: scenario.entry ?? "src/main.js", ...made };
}
