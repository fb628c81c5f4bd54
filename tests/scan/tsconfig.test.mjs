// Which tsconfig a file belongs to, and what it makes of a specifier: held to TypeScript, and to what the resolvers know.
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { test } from "node:test";
import { diagnostics, link, project, run, sanitized, scan, write } from "./helper.mjs";
import { enhancedResolve, makeTree, oxc, tsserver, typescript } from "./tsconfig.mjs";

const TREES = process.env.PROLOGUE_FULL ? 150 : sanitized ? 5 : 25;
const SERVED = process.env.PROLOGUE_FULL ? 15 : sanitized ? 1 : 3; // trees that tsserver is asked about
const SHARE_OF_OXC = 0.95; // inherited lists of files are relative to the wrong folder there

function resolveAll(root, questions) {
  const input = questions.map(([from, specifier]) => JSON.stringify({ from, specifier })).join("\n");
  const { stdout } = run(["resolve", "--batch"], { cwd: root, input });
  return stdout.trim().split("\n").map((line) => JSON.parse(line).resolved ?? undefined);
}

/** One folder down, so that `..` leads to nothing. */
function plant(t, tree) {
  const root = join(project(t), "tree");
  write(root, tree.files);
  return root;
}

/** Calls `each(file, specifier, our answer, TypeScript's model)` for everything that a tree can be asked. */
function askTree(t, tree, each) {
  const root = plant(t, tree);
  const model = typescript(root);
  const questions = tree.importers.flatMap((file) => tree.specifiers.map((specifier) => [join(root, file), specifier]));
  const answers = resolveAll(root, questions);
  assert.equal(answers.length, questions.length);
  questions.forEach(([file, specifier], i) => each(file, specifier, answers[i], model, root));
}

test(`${TREES} generated trees: as TypeScript has it`, (t) => {
  for (let seed = 1; seed <= TREES; seed++) {
    askTree(t, makeTree(seed), (file, specifier, ours, model, root) => {
      const owner = model.owner(file, false) ?? model.owner(file, true) ?? model.nearest(file);
      const theirs = owner && model.resolve(owner, file, specifier);
      assert.equal(ours, theirs, `seed ${seed}: ${specifier} from ${relative(root, file)}, which belongs to ${owner && relative(root, owner)}`);
    });
  }
});

test("the model of ownership is tsserver's", (t) => {
  for (let seed = 1; seed <= SERVED; seed++) {
    const tree = makeTree(seed);
    const root = plant(t, tree);
    const model = typescript(root), server = tsserver(root);
    for (const file of tree.importers.map((name) => join(root, name))) assert.equal(model.owner(file, false), server(file), `seed ${seed}: ${file}`);
  }
});

test(`${TREES} generated trees: as enhanced-resolve and oxc-resolver have it, as far as they know`, (t) => {
  let asked = 0, agreed = 0;
  for (let seed = 1; seed <= TREES; seed++) {
    const theirOxc = oxc();
    askTree(t, makeTree(seed, { plain: true }), (file, specifier, ours, model, root) => {
      const owner = model.owner(file, false);
      if (!owner) return;
      asked++;
      agreed += theirOxc(file, specifier) === ours;
      if (owner !== model.nearest(file) || model.hasReferences(file)) return;
      assert.equal(ours, enhancedResolve(owner)(file, specifier), `seed ${seed}: ${specifier} from ${relative(root, file)}`);
    });
  }
  assert.ok(agreed >= asked * SHARE_OF_OXC, `${agreed} of ${asked}`);
});

/* ---- one by one ---- */

const own = (path) => ({ compilerOptions: { paths: { own: [path] } } });

/** rows: [importer, wanted path or undefined] for the specifier `own`. */
function owns(t, files, rows, specifier = "own") {
  const root = project(t, { ...files, ...Object.fromEntries(rows.map(([file]) => [file, files[file] ?? ""])) });
  const answers = resolveAll(root, rows.map(([file]) => [join(root, file), specifier]));
  assert.deepEqual(rows.map(([file], i) => [file, answers[i] && relative(root, answers[i])]), rows);
}

test("references: before the config itself, siblings before their own references", (t) => {
  owns(t, {
    "tsconfig.json": { ...own("./root.ts"), references: [{ path: "./a" }, { path: "./tsconfig.b.json" }, { path: "./gone" }] },
    "a/tsconfig.json": { files: [], references: [{ path: "./deep" }, { path: ".." }] },
    "a/deep/tsconfig.json": { ...own("../../deep.ts"), include: ["../../src", "../../test"] },
    "tsconfig.b.json": { ...own("./b.ts"), include: ["src"], exclude: ["src/not"] },
    "root.ts": "", "b.ts": "", "deep.ts": "",
  }, [["src/x.ts", "b.ts"], ["src/not/x.ts", "deep.ts"], ["test/x.ts", "deep.ts"], ["other/x.ts", "root.ts"]]);
});

test("files in one folder may belong to several projects", (t) => {
  const root = project(t, {
    "tsconfig.json": { files: [], references: [{ path: "./tsconfig.app.json" }, { path: "./tsconfig.test.json" }] },
    "tsconfig.app.json": { compilerOptions: { paths: { "@/*": ["./app/*"] } }, include: ["src"], exclude: ["**/*.test.ts"] },
    "tsconfig.test.json": { compilerOptions: { paths: { "@/*": ["./mocks/*"] } }, include: ["**/*.test.ts"] },
    "src/a.ts": 'import "@/x"', "src/a.test.ts": 'import "@/x"', "app/x.ts": "'use client'", "mocks/x.ts": "'use client'",
  });
  assert.deepEqual(scan(root, ["--entry", "src/a.ts"]).clientFiles, ["app/x.ts"]);
  assert.deepEqual(scan(root, ["--entry", "src/a.test.ts"]).clientFiles, ["mocks/x.ts"]);
  assert.deepEqual(scan(root, ["--entry", "src/a.ts", "--entry", "src/a.test.ts"]).clientFiles, ["app/x.ts", "mocks/x.ts"]);
});

test("a config that does not take the file leaves it to the next one upwards, the nearest is the last resort", (t) => {
  owns(t, {
    "tsconfig.json": own("./root.ts"), "pkg/tsconfig.json": { ...own("./pkg.ts"), include: ["src"] },
    "only/tsconfig.json": { ...own("./only.ts"), include: ["src"] }, "only/other/tsconfig.json": { ...own("./other.ts"), include: ["src"] },
    "root.ts": "", "pkg/pkg.ts": "", "only/only.ts": "", "only/other/other.ts": "",
  }, [["pkg/src/x.ts", "pkg/pkg.ts"], ["pkg/x.ts", "root.ts"], ["pkg/src/x.js", "pkg/pkg.ts"], ["pkg/src/x.mdx", "pkg/pkg.ts"], ["pkg/x.js", "root.ts"], ["only/src/x.js", "only/only.ts"]]);
  const written = { ...own("./app.ts"), include: ["**/*.ts", "**/*.tsx"], exclude: ["**/*.test.ts"] };
  owns(t, { "tsconfig.json": own("./root.ts"), "app/tsconfig.json": written, "root.ts": "", "app/app.ts": "" }, [
    ["app/x.jsx", "app/app.ts"], ["app/x.y.js", "app/app.ts"], ["app/x.mdx", "app/app.ts"], ["app/x.test.ts", "root.ts"], ["app/x.test.js", "app/app.ts"], ["x.jsx", "root.ts"],
  ]);
  owns(t, { "a/tsconfig.json": { ...own("./a.ts"), include: ["src"] }, "a/a.ts": "" }, [["a/x.ts", "a/a.ts"], ["x.ts", undefined]]);
});

test("jsconfig.json is read, after a tsconfig.json in the same folder, and allows JavaScript", (t) => {
  owns(t, {
    "tsconfig.json": { ...own("./ts.ts"), include: ["src"] }, "jsconfig.json": own("./js.js"), "lib/jsconfig.json": own("./lib.js"),
    "ts.ts": "", "js.js": "", "lib/lib.js": "",
  }, [["src/x.ts", "ts.ts"], ["src/x.js", "js.js"], ["x.js", "js.js"], ["lib/x.js", "lib/lib.js"], ["lib/x.ts", "lib/lib.js"]]);
});

test("a config that is a link: paths and baseUrl from the real file, lists of files from the link", (t) => {
  owns(t, {
    "configs/app.json": { compilerOptions: { paths: { own: ["./here.ts"] } }, include: ["src"] }, "configs/here.ts": "",
    "configs/base.json": { compilerOptions: { baseUrl: "./lib" } }, "configs/lib/own.ts": "",
    "app/tsconfig.json": link("../configs/app.json"), "app/here.ts": "",
    "web/tsconfig.json": { extends: "./base.json" }, "web/base.json": link("../configs/base.json"), "web/lib/own.ts": "",
  }, [["app/src/x.ts", "configs/here.ts"], ["configs/src/x.ts", undefined], ["web/x.ts", "configs/lib/own.ts"]]);
});

test("null takes back what an extended file says; a later one of several is stronger", (t) => {
  owns(t, {
    "base.json": { compilerOptions: { paths: { own: ["./base.ts"] }, baseUrl: "./lib" } }, "more.json": { compilerOptions: { paths: { own: ["./more.ts"] } } },
    "a/tsconfig.json": { extends: "../base.json", compilerOptions: { paths: null } }, "b/tsconfig.json": { extends: ["../base.json", "../more.json"] },
    "c/tsconfig.json": { extends: "../base.json", compilerOptions: { paths: null, baseUrl: null } },
    "lib/own.ts": "", "lib/more.ts": "", "lib/base.ts": "",
  }, [["a/x.ts", "lib/own.ts"], ["b/x.ts", "lib/more.ts"], ["c/x.ts", undefined]]);
});

test("extends of a package: conditions in order, the next one where the file is missing", (t) => {
  const exports = { "./none": { types: "./none.json", import: "./found.json" }, "./both": { import: "./no.json", node: "./found.json" }, "./list": ["./none.json", { default: "./found.json" }] };
  const files = { "node_modules/cfg/package.json": { name: "cfg", exports }, "node_modules/cfg/found.json": own("./found.ts"), "node_modules/cfg/no.json": own("./no.ts"), "node_modules/cfg/found.ts": "", "node_modules/cfg/no.ts": "" };
  const names = Object.keys(exports).map((key) => key.slice(2));
  for (const name of names) files[`${name}/tsconfig.json`] = { extends: `cfg/${name}` };
  owns(t, files, names.map((name) => [`${name}/x.ts`, "node_modules/cfg/found.ts"]));
});

test("extends by the package's own name, and by its imports, as TypeScript has it", (t) => {
  const files = {
    "package.json": { name: "@own/app", exports: { "./configs/*": "./cfg/*.json" }, imports: { "#base": "./cfg/base.json", "#star/*": { node: "./cfg/*.json" } } },
    "cfg/base.json": own("./found.ts"), "cfg/found.ts": "",
  };
  const extended = { self: "@own/app/configs/base", exact: "#base", star: "#star/base", none: "#none" };
  for (const [name, target] of Object.entries(extended)) files[`${name}/tsconfig.json`] = { extends: target };
  const rows = Object.keys(extended).map((name) => [`${name}/x.ts`, name === "none" ? undefined : "cfg/found.ts"]);
  owns(t, files, rows);
  const root = project(t, { ...files, ...Object.fromEntries(rows.map(([file]) => [file, ""])) });
  const model = typescript(root);
  for (const [file, wanted] of rows) assert.equal(model.resolve(model.owner(join(root, file), false), join(root, file), "own"), wanted && join(root, wanted));
});

test("comments, trailing commas, a byte order mark, an empty file, back slashes", (t) => {
  owns(t, {
    "a/tsconfig.json": '\uFEFF// c\n{ /* c */ "compilerOptions": { "paths": { "own": [ ".\\\\here.ts", ], }, }, }', "a/here.ts": "",
    "b/tsconfig.json": " \n", "tsconfig.json": own("./root.ts"), "root.ts": "",
  }, [["a/x.ts", "a/here.ts"], ["b/x.ts", undefined]]);
});

test("what is wrong with a tsconfig is told with its place, once", (t) => {
  const root = project(t, {
    "src/a.ts": 'import "x";', "src/b.ts": 'import "x";',
    "tsconfig.json": '{\n  "extends": ["./one.json", "./gone.json"],\n  "include": "src",\n  "references": [{ "path": "./nowhere" }, {}],\n  "compilerOptions": { "paths": { "*/*": [] }, "allowJs": 1 }\n}',
    "one.json": '{ "extends": "./two" }', "two.json": '{\n "extends": "./one.json" }',
  });
  const found = diagnostics(scan(root, ["--entry", "src/a.ts", "--entry", "src/b.ts"]), { code: "invalid-tsconfig" });
  assert.deepEqual(found.map(({ path, line, column, message }) => `${path}:${line}:${column} ${message}`), [
    "tsconfig.json:2:29 \"extends\" names './gone.json', a file that does not exist",
    'tsconfig.json:3:14 "include" should be an array',
    "tsconfig.json:4:28 \"references\" names './nowhere', where no tsconfig.json is",
    'tsconfig.json:4:43 "references" > [1] should be an object with a "path"',
    "tsconfig.json:5:42 \"compilerOptions\" > \"paths\" > \"*/*\" has more than one '*': it matches nothing",
    'tsconfig.json:5:59 "compilerOptions" > "allowJs" should be true or false',
    'two.json:2:13 "extends" goes in a circle: one.json > two.json > one.json',
  ]);
});

test("files that extend one another: 64 deep, no more", (t) => {
  const chain = (count) => {
    const files = { "src/a.ts": 'import "own";', "own.ts": "'use client'", [`c${count}.json`]: own("./own.ts"), "tsconfig.json": { extends: "./c1.json" } };
    for (let i = 1; i < count; i++) files[`c${i}.json`] = { extends: `./c${i + 1}.json` };
    const report = scan(project(t, files), ["--entry", "src/a.ts"]);
    return [report.clientFiles, diagnostics(report, { code: "invalid-tsconfig" }).map(({ path, message }) => `${path}: ${message}`)];
  };
  assert.deepEqual(chain(63), [["own.ts"], []]);
  assert.deepEqual(chain(70), [[], ['c63.json: "extends" is more than 64 files deep: the rest is left out']]);
});

test("a malformed tsconfig counts as none: the next one upwards holds", (t) => {
  const root = project(t, { "src/a.ts": 'import "own"', "src/tsconfig.json": "{ oops", "tsconfig.json": own("./own.ts"), "own.ts": "'use client'" });
  const report = scan(root, ["--entry", "src/a.ts"]);
  assert.deepEqual(report.clientFiles, ["own.ts"]);
  assert.deepEqual(report.diagnostics.map(({ path, code }) => [path, code]), [["src/tsconfig.json", "malformed-json"]]);
});

test("--tsconfig: for every importer, through its references", (t) => {
  const root = project(t, {
    "solution.json": { files: [], references: [{ path: "./a.json" }] }, "a.json": { ...own("./own.ts"), include: ["src"] }, "own.ts": "",
    "src/x.ts": "", "src/tsconfig.json": own("./near.ts"), "src/near.ts": "", "y.ts": "",
  });
  const ask = (from) => run(["resolve", "own", "--from", from, "--tsconfig", "solution.json", "--json"], { cwd: root }).stdout;
  assert.equal(JSON.parse(ask("src/x.ts")).resolved, join(root, "own.ts"));
  assert.equal(JSON.parse(ask("y.ts")).resolved, null);
});

test("importers in node_modules have no tsconfig", (t) => {
  owns(t, { "tsconfig.json": own("./own.ts"), "own.ts": "", "node_modules/p/tsconfig.json": own("./own.ts"), "node_modules/p/own.ts": "" }, [["node_modules/p/x.ts", undefined], ["x.ts", "own.ts"]]);
});

test("elision follows the config of the file, too", (t) => {
  const files = { "tsconfig.json": { files: [], references: [{ path: "./v.json" }, { path: "./e.json" }] }, "v.json": { compilerOptions: { verbatimModuleSyntax: true }, include: ["src/v.ts"] }, "e.json": { include: ["src"] } };
  for (const name of ["v", "e"]) Object.assign(files, { [`src/${name}.ts`]: `import { T } from "./${name}t"`, [`src/${name}t.ts`]: "" });
  const report = scan(project(t, files), ["--entry", "src/v.ts", "--entry", "src/e.ts"]);
  assert.deepEqual(report.modules.map(({ path }) => path), ["src/e.ts", "src/v.ts", "src/vt.ts"]);
});
