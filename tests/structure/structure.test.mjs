import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as layout from "./layout.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

// A copy of the sources that a test may spoil.
function copy(t) {
  const folder = mkdtempSync(join(tmpdir(), "prologue-structure-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const part of ["scanner", "cli", "node/src"]) cpSync(join(root, part), join(folder, part), { recursive: true });
  return folder;
}

test("includes point one way", () => assert.deepEqual(layout.upwardIncludes(root), []));

test("an upward include is found", (t) => {
  const spoiled = copy(t);
  appendFileSync(join(spoiled, "scanner/src/lex.h"), '#include "walk.h"\n');
  appendFileSync(join(spoiled, "scanner/src/ledger.c"), '  #  include "facts.h"\n');
  appendFileSync(join(spoiled, "cli/output.c"), '#include "graph.h"\n');
  appendFileSync(join(spoiled, "node/src/task.c"), '#include "session.h"\n');
  writeFileSync(join(spoiled, "scanner/src/helpers.h"), "");
  assert.deepEqual(layout.upwardIncludes(spoiled).map((problem) => problem.split(":")[0]), [
    "scanner/src/helpers.h is in no row of the layout",
    "scanner/src/ledger.c includes facts.h, from a row below its own",
    "scanner/src/lex.h includes walk.h, from a row below its own",
    "cli/output.c includes graph.h",
    "node/src/task.c includes session.h",
  ]);
});

test("every source is built", () => assert.deepEqual(layout.unbuiltFiles(root), []));

test("sources come in pairs", () => assert.deepEqual(layout.unpairedFiles(root), []));

test("no source is long", () => assert.deepEqual(layout.longFiles(root), []));

test("nothing third-party or generated is committed", () => {
  assert.deepEqual(layout.foreignFiles(layout.trackedFiles(root)), []);
  assert.equal(layout.foreignFiles(["a/node_modules/b.js", "grammar/parser.c", "x.node", "cli/main.c"]).length, 3);
});

test("no path of one machine, no registry's address", (t) => {
  assert.deepEqual(layout.foreignAddresses(root, layout.trackedFiles(root)), []);
  const folder = mkdtempSync(join(tmpdir(), "prologue-structure-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "a"), ["", "ho" + "me", "someone", "x"].join("/"));
  writeFileSync(join(folder, "b"), `"https://regis${"try"}.example/x.tgz"`);
  writeFileSync(join(folder, "c"), "a/home/b, https://example.com/home/x");
  assert.deepEqual(layout.foreignAddresses(folder, ["a", "b", "c"]).map((problem) => problem[0]), ["a", "b"]);
});
