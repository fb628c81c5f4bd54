// The virtual maps in a browser, while files with directives come and go.
import assert from "node:assert/strict";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { prologue } from "../../node/vite/index.mjs";
import { VITES, application, closeBrowser, openPage, serve } from "./helper.mjs";

const ROUNDS = Number(process.env.PROLOGUE_ROUNDS ?? (process.env.PROLOGUE_FULL ? 50 : 10));
const PATIENCE = 30_000; // a machine may be busy; an update that is lost never comes

after(closeBrowser);

const client = (name) => `"use client";\n\nexport const name = ${JSON.stringify(name)};\n`;
const action = (name) => `"use server";\n\nexport async function ${name}() {}\n`;
const plain = "export const name = 1;\n";

const arrives = (page, expected) =>
  page.waitForFunction(
    (wanted) => ["client", "server"].every((kind) => Object.keys(window.maps[kind]).sort().join() === wanted[kind].join()),
    { client: [...expected.client].sort(), server: [...expected.server].sort() },
    { timeout: PATIENCE, polling: 20 },
  );

// One change of each sort, in turns; each leaves one directive more or less.
function changes(root, expected) {
  const file = (name) => join(root, "src", name);
  return {
    "adding a directive": (n) => {
      writeFileSync(file("Plain.tsx"), client(`plain ${n}`));
      expected.client.add("/src/Plain.tsx");
    },
    "creating a file": (n) => {
      writeFileSync(file(`made${n}.ts`), action(`made${n}`));
      expected.server.add(`/src/made${n}.ts`);
    },
    "renaming a file": (n) => {
      renameSync(file(`made${n}.ts`), file(`renamed${n}.ts`));
      expected.server.delete(`/src/made${n}.ts`);
      expected.server.add(`/src/renamed${n}.ts`);
    },
    "deleting a file": (n) => {
      rmSync(file(`renamed${n}.ts`));
      expected.server.delete(`/src/renamed${n}.ts`);
    },
    "taking a directive away": () => {
      writeFileSync(file("Plain.tsx"), plain);
      expected.client.delete("/src/Plain.tsx");
    },
  };
}

for (const vite of VITES) {
  const rounds = vite === "vite" ? ROUNDS : 1;
  test(`${vite}: ${rounds} rounds of changes arrive without a restart`, async (t) => {
    const root = application(t, "apps/maps");
    writeFileSync(join(root, "src/Plain.tsx"), plain);
    const plugin = prologue();
    const { server, url } = await serve(t, vite, root, { plugins: [plugin], resolve: { alias: { "@lib": join(root, "src/lib") } } });
    const { page, errors } = await openPage(t, url);
    const expected = { client: new Set(["/src/Button.tsx"]), server: new Set(["/src/actions.ts"]) };
    await page.waitForFunction(() => "maps" in window, undefined, { timeout: PATIENCE });
    await arrives(page, expected);
    await page.evaluate(() => (window.sameDocument = true));
    const turns = changes(root, expected);
    for (let round = 0; round < rounds; round++) {
      for (const [what, change] of Object.entries(turns)) {
        change(round);
        await arrives(page, expected).catch((error) => assert.fail(`round ${round}, ${what}: ${error.message}`));
      }
    }
    // All at once, nothing waited for.
    for (let n = 100; n < 110; n++) turns["creating a file"](n);
    turns["adding a directive"](0);
    await arrives(page, expected);
    const said = server.config.logger.lines.map(({ message }) => message).join("\n");
    assert.equal(await page.evaluate(() => window.sameDocument), true, `the page was loaded again:\n${said}`);
    assert.deepEqual(errors, []);
    const loaded = await page.evaluate(async () => (await window.maps.client["/src/Plain.tsx"]()).name);
    assert.equal(loaded, "plain 0");
    const references = await plugin.api.references();
    assert.deepEqual([...references.client.keys()].sort(), [...expected.client].sort());
  });
}
