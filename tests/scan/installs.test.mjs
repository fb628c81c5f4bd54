// Trees as package managers make them, installed from folders and tarballs alone. The truth is what
// Node.js resolves there, and one node for each real file whatever spelling led to it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { link, paths, project, run, sanitized, scan, top, write } from "./helper.mjs";

const pnpm = join(top, "tests/node_modules/.bin/pnpm");
const skip = sanitized && "installs once";

/** A package of one file, and what else is said; returns its folder. */
function place(root, folder, { files = {}, ...manifest }) {
  write(join(root, folder), { "package.json": { version: "1.0.0", main: "index.js", ...manifest }, "index.js": `// ${manifest.name}`, ...files });
  return join(root, folder);
}

/** Tarballs that a project may name: { "dep-1.0.0": package.json members }. */
function pack(root, packages) {
  for (const [name, manifest] of Object.entries(packages)) {
    const folder = place(root, `sources/${name}`, manifest);
    execFileSync("tar", ["-czf", join(root, `${name}.tgz`), "-C", dirname(folder), "--transform", `s,^${name},package,`, name]);
  }
}

function install(root, command, args) {
  const env = { ...process.env, npm_config_cache: join(root, ".cache"), npm_config_store_dir: join(root, ".store"), CI: "" };
  execFileSync(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Every real folder with a package.json below a tree, whatever links lead to it. */
function packagesBelow(root) {
  const seen = new Set(), found = [];
  const visit = (folder) => {
    const real = realpathSync(folder);
    if (seen.has(real) || /\/(sources|\.cache|\.store)(\/|$)/.test(real)) return;
    seen.add(real);
    if (existsSync(join(real, "package.json"))) found.push(real);
    for (const name of readdirSync(real)) {
      const path = join(real, name);
      if (existsSync(path) && (lstatSync(path).isDirectory() || (lstatSync(path).isSymbolicLink() && name !== ".bin"))) {
        if (lstatSync(realpathSync(path)).isDirectory()) visit(path);
      }
    }
  };
  visit(root);
  return found.sort();
}

/** Asks for everything that every package depends on; returns ["package dependency -> where", ...]. */
function check(root) {
  const questions = packagesBelow(root).flatMap((folder) => {
    const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies, "not-there": "" }).map((name) => [join(folder, "index.js"), name]);
  });
  const input = questions.map(([from, specifier]) => JSON.stringify({ from, specifier, kind: "require" })).join("\n");
  const answers = run(["resolve", "--batch"], { cwd: root, input }).stdout.trim().split("\n").map((line) => JSON.parse(line).resolved);
  return questions.map(([from, name], i) => {
    let wanted = null;
    try {
      wanted = createRequire(from).resolve(name);
    } catch {}
    const shown = `${relative(root, dirname(from)) || "."} ${name} -> ${answers[i] && relative(root, answers[i])}`;
    assert.equal(answers[i], wanted, shown);
    return shown;
  }).filter((line) => !line.includes("not-there"));
}

const tarballs = {
  "dep-1.0.0": { name: "dep", version: "1.0.0" },
  "dep-2.0.0": { name: "dep", version: "2.0.0" },
  "host-1.0.0": { name: "host", version: "1.0.0" },
  "host-2.0.0": { name: "host", version: "2.0.0" },
  "plugin-1.0.0": { name: "plugin", version: "1.0.0", peerDependencies: { host: "*" } },
};
const tgz = (root, name) => `file:${join(root, name)}.tgz`;

test("npm: file: and link, workspaces, overrides that nest a second version", { skip }, (t) => {
  const root = project(t);
  pack(root, { ...tarballs, "old-1.0.0": { name: "old", dependencies: { dep: "1.0.0" } } });
  place(root, "local", { name: "local", dependencies: { dep: tgz(root, "dep-2.0.0") } });
  place(root, "packages/a", { name: "a", dependencies: { b: "1.0.0", dep: tgz(root, "dep-2.0.0") } });
  place(root, "packages/b", { name: "b", dependencies: { dep: tgz(root, "dep-1.0.0"), old: tgz(root, "old-1.0.0") } });
  place(root, ".", {
    name: "app", workspaces: ["packages/*"], overrides: { old: { dep: tgz(root, "dep-1.0.0") } },
    dependencies: { dep: tgz(root, "dep-2.0.0"), old: tgz(root, "old-1.0.0"), local: "file:./local" },
  });
  install(root, "npm", ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"]);
  const found = check(root);
  const versions = new Set(found.filter((line) => / dep -> /.test(line)).map((line) => JSON.parse(readFileSync(join(root, dirname(line.split(" -> ")[1]), "package.json"), "utf8")).version));
  assert.deepEqual([...versions].sort(), ["1.0.0", "2.0.0"], found.join("\n"));
  assert.ok(found.includes("packages/a b -> packages/b/index.js"), found.join("\n"));
  assert.ok(found.includes(". local -> local/index.js"), found.join("\n"));
});

const workspace = (root) => {
  pack(root, tarballs);
  place(root, "packages/one", { name: "one", dependencies: { host: tgz(root, "host-1.0.0"), plugin: tgz(root, "plugin-1.0.0"), two: "workspace:*", dep: tgz(root, "dep-1.0.0") } });
  place(root, "packages/two", { name: "two", dependencies: { host: tgz(root, "host-2.0.0"), plugin: tgz(root, "plugin-1.0.0"), linked: "link:../../linked", copied: "file:../../copied" } });
  place(root, "linked", { name: "linked" });
  place(root, "copied", { name: "copied", dependencies: { dep: tgz(root, "dep-2.0.0") } });
  place(root, ".", { name: "app", private: true, files: { "pnpm-workspace.yaml": "packages: ['packages/*']\n" } });
};

for (const linker of ["isolated", "hoisted"]) {
  test(`pnpm, ${linker}: workspaces, link:, file:, two versions`, { skip }, (t) => {
    const root = project(t);
    workspace(root);
    install(root, pnpm, ["install", "--offline", "--ignore-scripts", "--no-frozen-lockfile", `--config.node-linker=${linker}`, "--config.auto-install-peers=false"]);
    const found = check(root);
    assert.ok(found.includes("packages/one two -> packages/two/index.js"), found.join("\n"));
    assert.ok(found.includes("packages/two linked -> linked/index.js"), found.join("\n"));
    assert.ok(!found.includes("packages/two copied -> copied/index.js"), "file: is a copy");
    const plugins = found.filter((line) => / plugin -> /.test(line)).map((line) => line.split(" -> ")[1]);
    assert.equal(plugins.length, 2);
    if (linker === "isolated") assert.notEqual(plugins[0], plugins[1], "peers give one package two real folders");
  });
}

test("peers: one package in two real folders is two modules, though its bytes are the same", (t) => {
  const store = "node_modules/.pnpm";
  const files = { "src/a.ts": 'import "one"; import "two";' };
  for (const [name, version] of [["one", 1], ["two", 2]]) {
    Object.assign(files, {
      [`node_modules/${name}`]: link(`../packages/${name}`), [`packages/${name}/index.js`]: 'require("plugin")',
      [`packages/${name}/node_modules/plugin`]: link(`../../../${store}/plugin@1_host@${version}/node_modules/plugin`),
      [`${store}/plugin@1_host@${version}/node_modules/plugin/index.js`]: 'require("host")',
      [`${store}/plugin@1_host@${version}/node_modules/host`]: link(`../../host@${version}/node_modules/host`),
      [`${store}/host@${version}/node_modules/host/index.js`]: "",
    });
  }
  const report = scan(project(t, files), ["--entry", "src/a.ts"], { status: 0 });
  assert.deepEqual(paths(report), [
    ...["host@1", "host@2"].map((name) => `${store}/${name}/node_modules/host/index.js`),
    ...["plugin@1_host@1", "plugin@1_host@2"].map((name) => `${store}/${name}/node_modules/plugin/index.js`),
    "packages/one/index.js", "packages/two/index.js", "src/a.ts",
  ]);
});

test("Yarn with node_modules: workspaces are links, a version that cannot be hoisted is nested, portals lead outside", (t) => {
  const folder = project(t, {
    "outside/index.js": 'require("dep")', "outside/package.json": { name: "outside" },
    "app/.yarnrc.yml": "nodeLinker: node-modules\n", "app/node_modules/.yarn-state.yml": "", "app/package.json": { workspaces: ["packages/*"] },
    "app/node_modules/web": link("../packages/web"), "app/node_modules/outside": link("../../outside"),
    "app/packages/web/package.json": { name: "web" }, "app/packages/web/src/a.ts": 'import "dep"; import "outside"; import "web/src/b"', "app/packages/web/src/b.ts": "",
    "app/packages/web/node_modules/dep/index.js": "", "app/node_modules/dep/index.js": "",
  });
  const root = join(folder, "app");
  const report = scan(root, ["--src", "packages", "--entry", "packages/web/src/a.ts"]);
  assert.deepEqual(paths(report), ["../outside/index.js", "packages/web/node_modules/dep/index.js", "packages/web/src/a.ts", "packages/web/src/b.ts"]);
  assert.deepEqual(report.diagnostics.map(({ path, specifier }) => [path, specifier]), [["../outside/index.js", "dep"]], "a portal finds what stands above its real folder");
});
