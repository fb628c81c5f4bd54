// `npx prologue smoke` against a development server.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { prologue } from "../../node/vite/index.mjs";
import { application, here, serve } from "./helper.mjs";

test("a development server keeps what its scans learn", async (t) => {
  const root = application(t, "apps/maps");
  const { url } = await serve(t, "vite", root, { plugins: [prologue()] });
  const command = join(here, "../../node/bin/prologue.cjs");
  const { stdout } = await promisify(execFile)(process.execPath, [command, "smoke", url, "--requests", "5"]);
  assert.match(stdout, /^5 requests answered, scans \d+ to \d+, hit rate 100\.0 %, no reset\n$/);
});
