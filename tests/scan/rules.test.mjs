// The rules of resolution: fixtures/resolve holds a folder for each, with what it is and what is asked in expect.json.
// A question without `environment` or `kind` is asked for both; `from` is main.js unless said. `peers` says why
// enhanced-resolve and oxc-resolver, where they agree, may have another answer. Where they differ, what Node.js does
// is put beside them.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { nodeSays } from "../differential/resolver_node.mjs";
import { ENVIRONMENTS, peersSay } from "../differential/resolver_peers.mjs";
import { run, top } from "./helper.mjs";

const all = join(top, "fixtures/resolve");
const shown = (root, { resolved, external, ignored }) => (external ? "external" : ignored ? "ignored" : resolved && relative(root, resolved));

/** What expect.json asks, one question for each environment and kind. */
function questionsOf(root) {
  const { rule, ask } = JSON.parse(readFileSync(join(root, "expect.json"), "utf8"));
  assert.ok(rule && ask.length, `${root} says what its rule is and asks something`);
  const known = new Set(["from", "specifier", "environment", "kind", "answer", "code", "peers"]);
  return ask.flatMap((item) => {
    for (const key of Object.keys(item)) assert.ok(known.has(key), `${root}: "${key}" means nothing`);
    const environments = item.environment ? [item.environment] : Object.keys(ENVIRONMENTS);
    const kinds = item.kind ? [item.kind] : ["import", "require"];
    const from = join(root, item.from ?? "main.js");
    const specifier = item.specifier.replace("${root}", root);
    return environments.flatMap((environment) => kinds.map((kind) => ({ item, asked: { from, specifier, environment, kind } })));
  });
}

const near = (root, path) => (path?.startsWith("/") ? relative(root, path) : path);
const label = (root, { from, ...asked }) => JSON.stringify({ from: relative(root, from), ...asked });

for (const name of readdirSync(all).sort()) {
  const root = join(all, name);
  const questions = questionsOf(root);
  test(name, () => {
    const input = questions.map(({ asked }) => JSON.stringify(asked)).join("\n");
    const answers = run(["resolve", "--batch"], { cwd: root, input }).stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(answers.length, questions.length);
    answers.forEach((answer, i) => {
      const { item, asked } = questions[i];
      assert.equal(shown(root, answer), item.answer, label(root, asked) + (answer.reason ? `: ${answer.reason}` : ""));
      if (item.code) assert.equal(answer.code, item.code, label(root, asked));
      if (item.answer === null) assert.ok(answer.reason, `${label(root, asked)} is given a reason`);
    });
  });
  test(`${name}, as the peers see it`, (t) => {
    const differing = [];
    for (const { item, asked } of questions) {
      const { enhanced, oxc } = peersSay(asked);
      if (enhanced !== oxc) differing.push({ ...asked, ours: item.answer, enhanced: near(root, enhanced), oxc: near(root, oxc) });
      else if (!item.peers) assert.equal(item.answer, near(root, enhanced), label(root, asked));
    }
    const node = nodeSays(differing);
    differing.forEach((item, i) => t.diagnostic(`the peers differ: ${label(root, { ...item, node: near(root, node[i]) })}`));
  });
}
