// Both fixtures against the reference walk, no exception list, and against what is expected of them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { referenceScan } from "../reference/walk.mjs";
import { diagnostics, fixtures, scan, top } from "./helper.mjs";

const tabbed = ({ modules }) => modules.flatMap(({ path, environments }) => environments.map((name) => `${path}\t${name}`)).sort();

/** Sets as differences, which say more than two long lists. */
function sameSet(ours, theirs, what) {
  const missing = theirs.filter((item) => !new Set(ours).has(item));
  const extra = ours.filter((item) => !new Set(theirs).has(item));
  assert.deepEqual({ missing: missing.slice(0, 20), extra: extra.slice(0, 20) }, { missing: [], extra: [] }, what);
  assert.equal(ours.length, theirs.length, what);
}

for (const [name, { root, args }] of Object.entries(fixtures)) {
  test(`${name} is as the reference sees it`, async () => {
    const report = scan(root, args);
    const reference = await referenceScan({ root, entries: [{ path: "src/worker.tsx" }] });
    sameSet(tabbed(report), reference.pairs, "pairs");
    sameSet(report.clientFiles, reference.clientFiles, "clientFiles");
    sameSet(report.serverFiles, reference.serverFiles, "serverFiles");
    assert.equal(report.stats.filesRead, reference.filesRead);
    const unresolved = diagnostics(report, { code: "unresolved-import" });
    if (unresolved.every(({ count }) => count === 1)) {
      const key = ({ path, specifier, environment }) => `${path} ${specifier} ${environment}`;
      sameSet([...new Set(unresolved.map(key))], reference.unresolved.map(key), "unresolved");
    }
  });
}

test("the workspace is as expected", () => {
  const expected = JSON.parse(readFileSync(join(top, "fixtures/pnpm-workspace/expect.json"), "utf8"));
  const report = scan(fixtures.workspace.root, fixtures.workspace.args);
  assert.deepEqual(report.clientFiles, expected.clientFiles);
  assert.deepEqual(report.serverFiles, expected.serverFiles);
  assert.deepEqual(tabbed(report).filter((pair) => !pair.includes("node_modules/")), expected.firstPartyPairs);
  const functions = report.modules.flatMap((module) => module.functionDirectives.map((item) => ({ path: module.path, function: item.function, value: item.value })));
  assert.deepEqual(functions, expected.functionDirectives);
  const visited = new Set(report.modules.map(({ path }) => path));
  assert.deepEqual(expected.notVisited.filter((path) => visited.has(path)), []);
  const key = ({ path, specifier, environment }) => `${path} ${specifier} ${environment}`;
  sameSet(diagnostics(report, { code: "unresolved-import" }).map(key), expected.unresolved.map(key), "unresolved");
});
