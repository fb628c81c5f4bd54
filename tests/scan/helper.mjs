// Small projects in temporary folders, and the command line run on them.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const top = fileURLToPath(new URL("../..", import.meta.url));
export const preset = process.env.PROLOGUE_PRESET || "debug";
export const prologue = process.env.PROLOGUE || join(top, "build", preset, "prologue");
// Sanitizers cost time, and say more about one run than many runs do.
export const sanitized = preset !== "release";
export const fixtures = {
  przm: { root: join(top, "build/fixtures/przm"), args: ["--entry", "src/worker.tsx"] },
  workspace: { root: join(top, "build/fixtures/pnpm-workspace/apps/web"), args: ["--entry", "src/worker.tsx"] },
};
/** Applications that a bundler takes as they are. */
export const applications = [
  { name: "przm", root: fixtures.przm.root, entry: "src/worker.tsx" },
  { name: "app-router", root: join(top, "build/fixtures/app-router"), entry: "main.ts" },
  ...["web/src/main.tsx", "admin/src/main.tsx", "docs/src/main.mjs"].map((entry) => ({
    name: `monorepo, ${entry.split("/")[0]}`, root: join(top, "build/fixtures/monorepo"), entry: `apps/${entry}`,
  })),
];

const TIMEOUT = 120_000;

export const link = (target) => ({ link: target });
export const hardLink = (target) => ({ hardLink: target });

export function write(root, files) {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === "string" || Buffer.isBuffer(content)) writeFileSync(file, content);
    else if (content.link) symlinkSync(content.link, file);
    else if (content.hardLink) linkSync(join(root, content.hardLink), file);
    else writeFileSync(file, JSON.stringify(content, null, 2));
  }
}

/** A folder that lives as long as the test; anyone may read it. */
export function project(t, files = {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "prologue-")));
  chmodSync(root, 0o755);
  t.after(() => execFileSync("rm", ["-rf", root]));
  write(root, files);
  return root;
}

/** Options: cwd, input, env, wrap (a command that runs ours), timeout. */
export function run(args, { wrap = [], timeout = TIMEOUT, ...options } = {}) {
  const [command, ...rest] = [...wrap, prologue, ...args];
  const { status, signal, stdout, stderr, error } = spawnSync(command, rest, {
    encoding: "utf8", maxBuffer: 1 << 30, timeout, killSignal: "SIGKILL", ...options,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
  });
  if (error?.code === "ETIMEDOUT") assert.fail(`${args.join(" ")}: still running after ${timeout} ms`);
  if (error) throw error;
  assert.equal(signal, null, `ended by ${signal}\n${stderr}`);
  assert.doesNotMatch(String(stderr), /Sanitizer|runtime error:/);
  return { status, stdout, stderr };
}

/** The report of `scan ROOT --json`; `status` is what it must exit with (default 0 or 1). */
export function scan(root, args = [], { status, ...options } = {}) {
  const result = run(["scan", root, ...args, "--json"], options);
  if (status === undefined) assert.ok([0, 1].includes(result.status), `exit ${result.status}\n${result.stderr}`);
  else assert.equal(result.status, status, result.stderr);
  const report = JSON.parse(result.stdout);
  assert.equal(report.stats.exitCode, result.status);
  return report;
}

export function start(args, options = {}) {
  const child = spawn(prologue, args, { stdio: "pipe", ...options });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) child[stream].on("data", (data) => (output[stream] += data));
  const exit = new Promise((resolve) => child.on("close", (status, signal) => resolve({ status, signal, ...output })));
  return { child, exit };
}

/** ["path environment"], sorted. */
export const pairs = ({ modules }) =>
  modules.flatMap(({ path, environments }) => environments.map((environment) => `${path} ${environment}`)).sort();
export const paths = ({ modules }) => modules.map(({ path }) => path);

/** The diagnostics that match every given member; text members may be patterns. */
export const diagnostics = (report, wanted = {}) =>
  report.diagnostics.filter((item) =>
    Object.entries(wanted).every(([key, value]) => (value instanceof RegExp ? value.test(item[key] ?? "") : item[key] === value)),
  );

/** Exactly one diagnostic matches. */
export function diagnostic(report, wanted) {
  const found = diagnostics(report, wanted);
  assert.equal(found.length, 1, `${found.length} of ${JSON.stringify(report.diagnostics, null, 1)} match ${JSON.stringify(wanted)}`);
  return found[0];
}

/** The report's bytes without `stats`, its last member. */
export function withoutStats(text) {
  const at = text.lastIndexOf('"stats"');
  assert.ok(at > 0);
  return text.slice(0, at);
}
