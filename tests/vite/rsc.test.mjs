// Beside @vitejs/plugin-rsc: what its own scan builds find is in our report.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import rsc, { getPluginApi } from "@vitejs/plugin-rsc";
import { createBuilder } from "vite";
import { application, closeBrowser, keepingLogger, openPage, serve } from "./helper.mjs";

after(closeBrowser);

// The example, with its own configuration.
function configured(t) {
  const root = application(t, "../../fixtures/vite-app");
  cpSync(join(root, "packages/acme"), join(root, "node_modules/acme"), { recursive: true });
  return { root, configFile: join(root, "vite.config.mjs"), customLogger: keepingLogger() };
}

const apiOf = (config) => config.plugins.find(({ name }) => name === "prologue").api;
const files = (report, paths) => paths.map((path) => resolve(report.root, path));
const script = (id) => id.replace(/[?#].*$/, "");

test("every reference that plugin-rsc's scan builds find is in the report", async (t) => {
  const config = configured(t);
  const builder = await createBuilder(config);
  const api = apiOf(builder.config);
  await builder.buildApp();
  const { manager } = getPluginApi(builder.config);
  const report = api.report();
  const clients = files(report, report.clientFiles);
  const servers = files(report, report.serverFiles);
  const inline = files(report, report.modules.filter(({ functionDirectives }) => functionDirectives.length > 0).map(({ path }) => path));

  const theirClients = Object.keys(manager.clientReferenceMetaMap).map(script);
  const theirServers = [...manager.serverReferences.metaMap.keys()].map(script);
  assert.ok(theirClients.includes(join(config.root, "node_modules/acme/badge.js")), theirClients.join(" "));
  assert.equal(theirClients.length, 3);
  assert.deepEqual(theirClients.filter((id) => !clients.includes(id)), []);
  assert.equal(theirServers.length, 2);
  assert.deepEqual(theirServers.filter((id) => !servers.includes(id) && !inline.includes(id)), []);
  assert.deepEqual(clients.filter((id) => !theirClients.includes(id)), []);
  assert.deepEqual(api.optimizeDepsExclude(), ["acme"]);

  const module = (path) => report.modules.find((candidate) => candidate.path === path);
  assert.deepEqual(module("src/label.tsx").environments, ["client", "ssr"]);
  assert.deepEqual(module("src/actions.ts").environments, ["rsc"]);
});

test("in development, too, and the page works", async (t) => {
  const config = configured(t);
  const { server, url } = await serve(t, "vite", config.root, config);
  const { page } = await openPage(t, url);
  page.setDefaultTimeout(60_000);
  assert.equal(await page.textContent("h1"), "Rendered on the server");
  assert.equal(await page.textContent("#badge"), "badge");
  await page.waitForFunction(() => {
    const button = document.querySelector("#counter");
    if (button?.textContent === "0") button.click();
    return button && button.textContent !== "0";
  }, undefined, { polling: 1000 });
  const { manager } = getPluginApi(server.config);
  const { report } = await apiOf(server.config).references();
  const known = files(report, [...report.clientFiles, ...report.serverFiles]);
  const theirs = Object.keys(manager.clientReferenceMetaMap).map(script);
  assert.ok(theirs.length > 0);
  assert.deepEqual(theirs.filter((id) => !known.includes(id)), []);
});
