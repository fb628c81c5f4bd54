// What people see in development: errors in Vite's overlay, and the page of the plugin.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { prologue } from "../../node/vite/index.mjs";
import { VITES, application, closeBrowser, openPage, serve } from "./helper.mjs";

const PATIENCE = 30_000;

after(closeBrowser);

async function started(t, vite, files = {}) {
  const root = application(t, "apps/maps");
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const { server, url } = await serve(t, vite, root, { plugins: [prologue()], resolve: { alias: { "@lib": join(root, "src/lib") } } });
  return { root, server, url };
}

const overlay = (page) => page.locator("vite-error-overlay");
const shown = (page, selector) => overlay(page).locator(selector).textContent({ timeout: PATIENCE });
const broken = '// a comment\n"use client";\n"use server";\n\nexport {};\n';

for (const vite of VITES) {
  test(`${vite}: an error is in the overlay with file, line and frame, until it is mended`, async (t) => {
    const { root, url } = await started(t, vite);
    const file = join(root, "src/Both.tsx");
    const { page } = await openPage(t, url);
    await page.waitForFunction(() => "maps" in window, undefined, { timeout: PATIENCE });
    writeFileSync(file, broken);
    assert.match(await shown(page, ".message-body"), /'use server' conflicts with an earlier directive.*\(conflicting-directives\)/);
    assert.match(await shown(page, ".file"), /src\/Both\.tsx:3:2/);
    assert.equal(await shown(page, ".frame"), '1 |  // a comment\n2 |  "use client";\n3 |  "use server";\n  |   ^\n4 |  \n5 |  export {};');
    // Whoever comes later sees it too.
    const { page: second } = await openPage(t, url);
    assert.match(await shown(second, ".plugin"), /prologue/);
    writeFileSync(file, '"use client";\n\nexport {};\n');
    await overlay(page).waitFor({ state: "detached", timeout: PATIENCE });
    rmSync(file);
  });
}

test("the page says what is client and server, and why, and keeps up", async (t) => {
  const { root, url } = await started(t, "vite", { "src/main.ts": 'import "./shell";\n', "src/shell.ts": 'export * from "./Button";\n' });
  const { page, errors } = await openPage(t, `${url}__prologue`);
  page.setDefaultTimeout(PATIENCE);
  const entry = page.locator("#client details");
  await entry.click();
  assert.deepEqual(await entry.locator("li").allTextContents(), [
    "src/main.ts in client",
    'src/shell.ts in client as "./shell", line 1',
    'src/Button.tsx in client as "./Button", line 1',
  ]);
  assert.match(await page.textContent("#server"), /src\/actions\.ts/);
  assert.match(await page.textContent("#numbers"), /scan \d+: 4 modules, .* MiB held/);
  assert.equal(await page.locator("#plot polyline").count(), 2);
  writeFileSync(join(root, "src/Later.tsx"), '"use client";\n');
  await page.locator('#client details[data-path="src/Later.tsx"]').waitFor();
  await page.fill("#filter", "Later");
  assert.equal(await page.locator("#client details:visible").count(), 1);
  assert.deepEqual(errors, []);
});
