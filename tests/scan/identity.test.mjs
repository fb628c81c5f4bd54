// One node for each real file, whatever spelling led there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hardLink, link, pairs, paths, project, scan, write } from "./helper.mjs";

test("relative, absolute, alias, paths, .. and links are one file", (t) => {
  const root = project(t, {
    "src/shared.ts": "",
    "src/linked": link("."),
    "src/link.ts": link("shared.ts"),
    "node_modules/self": link(".."),
    "tsconfig.json": { compilerOptions: { paths: { "@/*": ["./src/*"] } } },
  });
  const spellings = [
    "./shared", "./shared.ts", "./shared.js", "../src/shared", "./linked/linked/shared", "./link", "./x/../shared", ".//shared",
    "@/shared", "~/shared", "self/src/shared", `${root}/src/shared`,
  ];
  write(root, { "src/a.ts": spellings.map((specifier) => `import ${JSON.stringify(specifier)};`).join("\n") });
  const report = scan(root, ["--entry", "src/a.ts", "--alias", "~=./src"], { status: 0 });
  assert.deepEqual(paths(report), ["src/a.ts", "src/shared.ts"]);
  assert.equal(report.stats.filesRead, 2);
});

test("a pnpm farm: links into the store are one package, its own dependencies beside it", (t) => {
  const store = "node_modules/.pnpm";
  const root = project(t, {
    "src/a.ts": 'import "x"; import "y";',
    "node_modules/x": link(".pnpm/x@1/node_modules/x"),
    "node_modules/y": link(".pnpm/y@1/node_modules/y"),
    [`${store}/x@1/node_modules/x/package.json`]: { main: "index.js" },
    [`${store}/x@1/node_modules/x/index.js`]: 'require("z")',
    [`${store}/x@1/node_modules/z`]: link("../../z@1/node_modules/z"),
    [`${store}/y@1/node_modules/y/index.js`]: 'require("x"); require("z")',
    [`${store}/y@1/node_modules/x`]: link("../../x@1/node_modules/x"),
    [`${store}/y@1/node_modules/z`]: link("../../z@1/node_modules/z"),
    [`${store}/z@1/node_modules/z/index.js`]: "",
  });
  const report = scan(root, ["--entry", "src/a.ts"], { status: 0 });
  assert.deepEqual(paths(report), ["x", "y", "z"].map((name) => `${store}/${name}@1/node_modules/${name}/index.js`).concat("src/a.ts"));
});

test("hard links are different modules", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "./one/m"; import "./two/m";',
    "src/one/m.ts": 'import "./near"',
    "src/two/m.ts": hardLink("src/one/m.ts"),
    "src/one/near.ts": "",
    "src/two/near.ts": "'use client'",
  });
  assert.deepEqual(pairs(scan(root, ["--entry", "src/a.ts"], { status: 0 })), [
    "src/a.ts server", "src/one/m.ts server", "src/one/near.ts server", "src/two/m.ts server", "src/two/near.ts client",
  ]);
});

test("--preserve-symlinks: a link to a file or a folder is a place of its own", (t) => {
  const files = { "src/a.ts": 'import "./linked"; import "./near/b"; import "./real"; import "./b0";', "src/real.ts": "'use client'", "src/linked.ts": link("real.ts"), "lib/b.ts": "'use client'", "src/near": link("../lib") };
  for (let i = 0; i < 40; i++) files[`src/b${i}.ts`] = link("../lib/b.ts");
  const root = project(t, files);
  const args = ["--entry", "src/a.ts"];
  assert.deepEqual(scan(root, args).clientFiles, ["lib/b.ts", "src/real.ts"]);
  const links = Array.from({ length: 40 }, (_, i) => `src/b${i}.ts`);
  assert.deepEqual(scan(root, [...args, "--preserve-symlinks"]).clientFiles, [...links, "src/linked.ts", "src/near/b.ts", "src/real.ts"].sort());
});

test("--preserve-symlinks", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "p";',
    "packages/p/index.js": 'require("dep")',
    "node_modules/p": link("../packages/p"),
    "node_modules/dep/index.js": "",
  });
  assert.deepEqual(paths(scan(root, ["--entry", "src/a.ts"])), ["node_modules/dep/index.js", "packages/p/index.js", "src/a.ts"]);
  assert.deepEqual(paths(scan(root, ["--entry", "src/a.ts", "--preserve-symlinks"])), ["node_modules/dep/index.js", "node_modules/p/index.js", "src/a.ts"]);
});

test("files outside the root are named from it", (t) => {
  const folder = project(t, { "app/src/a.ts": 'import "../../lib/b"', "lib/b.ts": "'use client'" });
  const report = scan(`${folder}/app`, ["--entry", "src/a.ts"], { status: 0 });
  assert.equal(report.root, `${folder}/app`);
  assert.deepEqual(paths(report), ["../lib/b.ts", "src/a.ts"]);
});

test("a root that is a link is told by its real path", (t) => {
  const folder = project(t, { "real/src/a.ts": "'use client'", app: link("real") });
  const report = scan(`${folder}/app`, [], { status: 0 });
  assert.deepEqual([report.root, report.clientFiles], [`${folder}/real`, ["src/a.ts"]]);
});

test("names that are not ASCII, with spaces, quotes and line ends", (t) => {
  const names = ["ünïcödé", "日本", "a b", 'qu"ote', "new\nline", "back\\slash", "per%20cent", "#hash"];
  const root = project(t, {
    "src/main.ts": names.map((name) => `import ${JSON.stringify(`./${name}.ts`)};`).join("\n"),
    ...Object.fromEntries(names.map((name) => [`src/${name}.ts`, ""])),
  });
  const report = scan(root, ["--entry", "src/main.ts"]);
  assert.deepEqual(new Set(paths(report)), new Set(["main", ...names].map((name) => `src/${name}.ts`)));
});
