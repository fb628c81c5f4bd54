// The tarball, where it is installed: without a compiler, without a network.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { root, small } from "./helper.mjs";

const run = promisify(execFile);
const full = Boolean(process.env.PROLOGUE_FULL);
const platform = `${process.platform}-${process.arch}`;
const folder = mkdtempSync(join(tmpdir(), "prologue-package-"));
const app = join(folder, "app");
const installed = join(app, "node_modules/prologue");
after(() => rmSync(folder, { recursive: true, force: true }));

const find = (name) => process.env.PATH.split(delimiter).map((one) => join(one, name)).find(existsSync);

// A PATH with these alone: node, npm, a shell and what npx's scripts are started with.
function tools() {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const name of ["node", "sh", "env"]) symlinkSync(realpathSync(find(name)), join(bin, name));
  for (const name of ["npm", "npx"]) symlinkSync(realpathSync(find(name)), join(bin, name));
  return bin;
}

let env;
const npm = (...given) => run("npm", given, { cwd: app, env });

function write(files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(app, path)), { recursive: true });
    writeFileSync(join(app, path), text);
  }
}

before(async () => {
  const tarball = join(root, execFileSync(join(root, "dev"), ["pack"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim());
  const { PROLOGUE_ADDON, ...rest } = process.env;
  env = { ...rest, PATH: tools(), npm_config_cache: join(folder, "cache"), npm_config_update_notifier: "false" };
  write({ "package.json": '{"private":true,"type":"module"}', ...small });
  await npm("install", tarball, "--offline", "--no-audit", "--no-fund");
});

test("it needs no other package, and is built of nothing third-party", () => {
  assert.deepEqual(readdirSync(join(app, "node_modules")).filter((name) => !name.startsWith(".")), ["prologue"]);
  assert.deepEqual(readdirSync(installed).includes("build"), false);
  for (const name of readdirSync(join(installed, "prebuilds", platform))) {
    const linked = execFileSync("ldd", [join(installed, "prebuilds", platform, name)], { encoding: "utf8" });
    assert.doesNotMatch(linked, /libuv|xxhash|tree-sitter|jansson|not found/);
  }
});

test("nothing but the module's entry is seen from outside", () => {
  const symbols = execFileSync("nm", ["-D", "--defined-only", join(installed, "prebuilds", platform, "prologue.node")], { encoding: "utf8" });
  assert.deepEqual(symbols.trim().split("\n").map((line) => line.split(" ").at(-1)).sort(), [
    "napi_register_module_v1", "node_api_module_get_api_version_v1",
  ]);
});

test("ESM and CommonJS use it", async () => {
  write({
    "esm.mjs": 'import { scan, createSession, PrologueError } from "prologue";\nconsole.log((await scan({ entries: ["src/worker.ts"] })).clientFiles[0], typeof createSession, typeof PrologueError);',
    "common.cjs": 'const { scan } = require("prologue");\nscan({ entries: ["src/worker.ts"] }).then((report) => console.log(report.serverFiles[0]));',
  });
  assert.equal((await run("node", ["esm.mjs"], { cwd: app, env })).stdout, "src/a.tsx function function\n");
  assert.equal((await run("node", ["common.cjs"], { cwd: app, env })).stdout, "src/act.ts\n");
});

test("npx prologue is the command line", async () => {
  const { stdout } = await run("npx", ["prologue", "scan", "--json", "--entry", "src/worker.ts"], { cwd: app, env });
  assert.deepEqual(JSON.parse(stdout).clientFiles, ["src/a.tsx"]);
  assert.match((await run("npx", ["prologue", "--version"], { cwd: app, env })).stdout, /^prologue \d+\.\d+\.\d+\n$/);
  await assert.rejects(run("npx", ["prologue", "scan", "--entri"], { cwd: app, env }), { code: 2 });
  await assert.rejects(run("npx", ["prologue", "smoke"], { cwd: app, env }), { code: 2 });
});

test("TypeScript finds its types, as ESM and as CommonJS", async () => {
  const use = (how) => `${how}
    export async function f(): Promise<string[]> {
      const session = await createSession({ memoryLimit: "256MiB", threads: 2 });
      const report = await session.scan({ root: new URL("file:///x"), entries: { server: ["a"], client: "b" },
        environments: { ssr: ["node"], edge: { browserMaps: "auto" } }, alias: { a: "b" }, directives: { "use x": [] },
        resolve: { filter: ["virtual:*", /^~/], handler: (batch) => batch.map((one) => (one.unresolved ? { id: one.specifier } : null)) },
        load: async (id, { environment }) => ({ code: \`\${id} \${environment}\`, moduleType: "tsx" }) });
      // @ts-expect-error
      await session.scan({ entry: "a" });
      // @ts-expect-error
      await session.scan({ load: () => 7 });
      // @ts-expect-error
      report.clientFiles = [];
      return report.modules.flatMap((module) => module.imports?.map((one) => one.specifier) ?? []);
    }
    export const code = (error: unknown) => error instanceof PrologueError && error.code === "memory-limit" && error.report?.complete;
    `;
  write({
    "types/esm.mts": use('import { createSession, PrologueError } from "prologue";'),
    "types/common.cts": use('import { createSession, PrologueError } from "prologue";'),
  });
  const tsc = join(root, "tests/node_modules/typescript/bin/tsc");
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"];
  await run("node", [tsc, ...options, "types/esm.mts", "types/common.cts"], { cwd: app, env });
});

test("where no binary fits and no compiler is there, one message says what is missing", async () => {
  const prebuilds = join(installed, "prebuilds", platform);
  const addon = join(prebuilds, "prologue.node");
  renameSync(addon, `${addon}.kept`);
  writeFileSync(addon, "no addon");
  await assert.rejects(run("node", ["install.cjs"], { cwd: installed, env }), (error) => {
    assert.equal(error.code, 1);
    assert.match(error.stderr, /^prologue: there is no binary for \S+, and to build one cmake, cc, pkg-config would be needed\n$/);
    return true;
  });
  await assert.rejects(run("node", ["esm.mjs"], { cwd: app, env }), /prologue has no binary for/);
  if (full) {
    await run("node", ["install.cjs"], { cwd: installed, env: { ...env, PATH: process.env.PATH, npm_config_cache: undefined } });
    assert.equal((await run("node", ["esm.mjs"], { cwd: app, env })).stdout, "src/a.tsx function function\n");
  }
  renameSync(`${addon}.kept`, addon);
});
