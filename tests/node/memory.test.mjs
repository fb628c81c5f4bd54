// Nothing is left behind: memory, handles, threads.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { project, root, small } from "./helper.mjs";

const run = promisify(execFile);
const soak = join(root, "tests/node/soak.mjs");
const workspace = join(root, "build/fixtures/pnpm-workspace/apps/web");

test("a thousand scans grow nothing", async (t) => {
  const folder = process.env.PROLOGUE_FULL ? workspace : project(t, small);
  const { stdout } = await run(process.execPath, ["--expose-gc", soak, folder, "1000"]);
  const { before, after } = JSON.parse(stdout);
  t.diagnostic(`resident set ${(before.resident / 2 ** 20).toFixed(1)} MiB, then ${(after.resident / 2 ** 20).toFixed(1)}`);
  assert.ok(after.resident <= before.resident * 1.05, stdout);
  assert.deepEqual(after.handles, before.handles);
  assert.equal(after.threads, before.threads);
  assert.equal(after.descriptors, before.descriptors);
});

// The addon of the debug preset in an ordinary node. Frames are not symbolised: they name their module.
const library = async (name) => (await run("cc", [`-print-file-name=${name}`])).stdout.trim();
const sanitized = async (more) => ({
  ...process.env,
  LD_PRELOAD: `${await library("libasan.so")} ${await library("libubsan.so")}`,
  PROLOGUE_ADDON: join(root, "build/debug/node/prologue.node"),
  ASAN_OPTIONS: more,
});

// Of the leaks of a whole process those whose block was allocated by the addon.
const ours = (log) => log.split("\n\n").filter((block) => /leak of/.test(block) && /#1 [^\n]*prologue\.node/.test(block));

test("AddressSanitizer finds nothing in fifty scans, nor a leak", async (t) => {
  const logs = mkdtempSync(join(tmpdir(), "prologue-asan-"));
  t.after(() => rmSync(logs, { recursive: true }));
  // Node.js leaks at its end; exitcode 0 leaves the judgement to us.
  const env = await sanitized(`detect_leaks=1:symbolize=0:exitcode=0:log_path=${logs}/log`);
  const { stdout } = await run(process.execPath, ["--expose-gc", soak, workspace, "50"], { env });
  assert.equal(JSON.parse(stdout).scans, 50);
  for (const name of readdirSync(logs)) {
    const log = readFileSync(join(logs, name), "utf8");
    assert.doesNotMatch(log, /ERROR: AddressSanitizer|runtime error/, log);
    assert.deepEqual(ours(log), []);
  }
});

test("a leak of the addon would be told from those of Node.js", () => {
  const block = (module) =>
    `\nDirect leak of 8 byte(s) in 1 object(s) allocated from:\n    #0 0x1 (/lib/libasan.so.8+0x1)\n    #1 0x2 (${module}+0x2)\n    #2 0x3 (/x/prologue.node+0x3)\n`;
  assert.equal(ours(`==1==ERROR: LeakSanitizer\n${block("/usr/bin/node")}${block("/x/prologue.node")}\nSUMMARY: x`).length, 1);
});

test("AddressSanitizer finds nothing where scans are cancelled, sessions closed, processes ended", async () => {
  const env = { ...(await sanitized("detect_leaks=0")), NODE_TEST_CONTEXT: undefined };
  const file = join(root, "tests/node/lifecycle.test.mjs");
  const { stdout } = await run(process.execPath, ["--test", "--test-reporter=tap", file], { env }).catch((error) => assert.fail(error.stdout));
  assert.match(stdout, /# fail 0\n/);
});
