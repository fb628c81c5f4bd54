// One production build, watched.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { thin, watch } from "../memory/run.mjs";
import { factsOf, phasesOf, readMarks, timed } from "./phases.mjs";

export const CORES = 2;
export const EVERY_MS = 5;
const hooks = pathToFileURL(fileURLToPath(new URL("hooks.mjs", import.meta.url))).href;

/** The first two processors that we may use; nothing where there are no more. */
function pinned() {
  if (os.availableParallelism() <= CORES) return [];
  const { stdout } = spawnSync("taskset", ["-cp", String(process.pid)], { encoding: "utf8" });
  const list = /: (\S+)\s*$/.exec(stdout ?? "")?.[1] ?? "0-1";
  const cpus = list.split(",").flatMap((range) => {
    const [from, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  return ["taskset", "-c", cpus.slice(0, CORES).join(",")];
}

const environment = (scan, marks) => ({
  ...process.env, NODE_ENV: "production", NO_COLOR: "1", FORCE_COLOR: "0", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false",
  PROLOGUE_BENCH_SCAN: scan, PROLOGUE_BENCH_MARKS: marks,
});

const digest = (texts) => texts.reduce((hash, text) => hash.update(text).update("\0"), createHash("sha256")).digest("hex").slice(0, 16);
const withoutHash = (name) => name.replace(/-[\w-]{8}(?=\.\w+$)/, "");

/** What was built: how many files, under which names but for their hashes, and all of it. */
function writtenTo(folder) {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((item) => item.isFile());
  const names = files.map((item) => path.relative(folder, path.join(item.parentPath ?? item.path, item.name))).sort();
  const contents = names.flatMap((name) => [name, readFileSync(path.join(folder, name))]);
  return { files: names.length, names: digest(names.map(withoutHash).sort()), contents: digest(contents) };
}

/** `vite build` of `app` with rwsdk's scan or with ours. `vite` and `node` are files. */
export function build(scan, { app, node, vite, hard, seconds, scratch }) {
  const marks = path.join(scratch, "marks");
  rmSync(marks, { force: true });
  rmSync(path.join(app, "dist"), { recursive: true, force: true });
  const said = watch([...pinned(), node, "--import", hooks, vite, "build"], {
    limit: hard, seconds, scratch, output: true, cwd: app, env: environment(scan, marks), every: EVERY_MS,
  });
  const told = existsSync(marks) ? readMarks(readFileSync(marks, "utf8")) : [];
  const phases = phasesOf({ startedAt: said.startedAt, wallMs: said.wallMs, marks: told, samples: said.samples });
  const peakPhase = phases.reduce((high, one) => ((one.peak ?? 0) > (high.peak ?? 0) ? one : high));
  const written = said.exit === 0 ? writtenTo(path.join(app, "dist")) : undefined;
  return {
    scan, startedAt: said.startedAt, wallMs: said.wallMs, exit: said.exit, died: said.died, late: said.late, keeper: said.keeper,
    peak: said.peak, peakIn: peakPhase.phase, peakAt: peakPhase.peakAt, phases, facts: factsOf(told), written, curve: timed(said.startedAt, thin(said.samples, 600)),
    ...(said.exit === 0 ? {} : { failed: `${said.output}\n${said.stderr}`.trim().split("\n").slice(-12).join("\n") }),
  };
}
