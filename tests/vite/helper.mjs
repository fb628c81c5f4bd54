// Applications in folders of their own, development servers of three versions of Vite, and a browser.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const here = fileURLToPath(new URL(".", import.meta.url));
export const VITES = ["vite6", "vite7", "vite"]; // names of packages: `vite` is 8

export const importVite = (name) => import(import.meta.resolve(name));

// A copy of an application that a test may change. It stands below this folder, so that the packages installed
// here are found, `prologue` is this repository's, and it goes with the test.
export function application(t, folder) {
  mkdirSync(join(here, ".cache"), { recursive: true });
  const root = mkdtempSync(join(here, ".cache", `${basename(folder)}-`));
  const filter = (path) => !["node_modules", "dist"].includes(basename(path));
  cpSync(join(here, folder), root, { recursive: true, filter });
  mkdirSync(join(root, "node_modules"));
  symlinkSync(join(here, "../../node"), join(root, "node_modules/prologue"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

// A logger that keeps what it is told.
export function keepingLogger() {
  const lines = [];
  const keep = (level) => (message) => void lines.push({ level, message });
  return {
    lines,
    hasWarned: false,
    info: keep("info"),
    warn: keep("warn"),
    warnOnce: keep("warn"),
    error: keep("error"),
    clearScreen() {},
    hasErrorLogged: () => false,
  };
}

// One that does not listen yet.
export async function create(t, vite, root, config = {}) {
  const { createServer } = await importVite(vite);
  const server = await createServer({
    root,
    configFile: false,
    cacheDir: join(root, "node_modules/.vite"),
    customLogger: config.customLogger ?? keepingLogger(),
    ...config,
    server: { host: "127.0.0.1", port: 0, ...config.server },
  });
  t.after(() => server.close());
  return server;
}

export async function serve(t, vite, root, config) {
  const server = await create(t, vite, root, config);
  await server.listen();
  return { server, url: server.resolvedUrls.local[0] };
}

let browser;
export async function openPage(t, url) {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  t.after(() => page.close());
  await page.goto(url);
  return { page, errors };
}

export const closeBrowser = async () => browser?.close();
