// Our reading of MDX against @mdx-js/mdx: published documents, and documents made from seeds.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { prologue, sanitized, top } from "./helper.mjs";

const SEEDS = process.env.PROLOGUE_FULL ? 50_000 : sanitized ? 300 : 4000;

function againstMdx(t, ...args) {
  const script = join(top, "tests/differential/mdx.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--binary", prologue, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  t.diagnostic(stdout.trim().split("\n").at(-1));
  assert.equal(status, 0, stdout + stderr);
}

test("published documents", (t) => againstMdx(t, join(top, "tests/differential/documents/node_modules")));
test("generated documents", (t) => againstMdx(t, "--generate", String(SEEDS)));
if (process.env.PROLOGUE_SUITES) {
  test("documents of the suites", (t) => againstMdx(t, process.env.PROLOGUE_SUITES));
}
