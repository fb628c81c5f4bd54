// One child under a hard limit, watched; and what it said.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fail } from "../table.mjs";

export const top = fileURLToPath(new URL("../..", import.meta.url));
export const prologue = path.join(top, "build/release/prologue");
export const MIB = 1 << 20;
export const SAMPLE_MS = 2;

/** CMake's program where it is at least as new as its source, else one compiled here. */
export function tool(name, ...flags) {
  const source = path.join(top, "bench", `${name}.c`);
  const candidates = ["build/release", "build/bench"].map((folder) => path.join(top, folder, name));
  const found = candidates.find((file) => existsSync(file) && statSync(file).mtimeMs >= statSync(source).mtimeMs);
  if (found) return found;
  mkdirSync(path.join(top, "build/bench"), { recursive: true });
  const { status } = spawnSync("cc", ["-O2", "-o", candidates[1], source, ...flags], { stdio: "inherit" });
  if (status !== 0) fail(`${name} could not be compiled`);
  return candidates[1];
}

/** The folder of our cgroup v2, where it has a memory controller to give away. */
function ownGroup() {
  try {
    const mount = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(readFileSync("/proc/self/mountinfo", "utf8"))?.[1];
    const own = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
    if (!mount || !own) return undefined;
    const parent = path.dirname(path.join(mount, own));
    return [path.join(mount, own), parent].find((folder) =>
      existsSync(path.join(folder, "cgroup.subtree_control")) &&
      readFileSync(path.join(folder, "cgroup.subtree_control"), "utf8").split(/\s/).includes("memory"));
  } catch {
    return undefined;
  }
}

/** A group with a limit of its own; undefined where none can be made: then the launcher keeps the limit. */
function makeGroup(limit) {
  const parent = ownGroup();
  if (!parent) return undefined;
  try {
    const folder = mkdtempSync(path.join(parent, "prologue-bench-"));
    writeFileSync(path.join(folder, "memory.max"), String(limit));
    writeFileSync(path.join(folder, "memory.swap.max"), "0");
    return folder;
  } catch {
    return undefined;
  }
}

/** Whether the kernel ended a process of the group: not always the first one, whose exit status then tells nothing. */
export function endedIn(group) {
  const events = path.join(group, "memory.events");
  return existsSync(events) && /^oom_kill [1-9]/m.test(readFileSync(events, "utf8"));
}

function readCurve(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trim().split("\n").filter(Boolean);
  return lines.map((line) => line.split(" ").map(Number)).map(([ms, kb]) => [ms, kb * 1024]);
}

/** At most `count` points, and no peak lost: of each stretch the highest. */
export function thin(curve, count) {
  const stretch = Math.ceil(curve.length / count);
  const out = [];
  for (let i = 0; i < curve.length; i += stretch) {
    out.push(curve.slice(i, i + stretch).reduce((high, point) => (point[1] > high[1] ? point : high)));
  }
  return out;
}

/** The same for a logarithmic scale of time: `count` stretches to a factor of ten. */
export function thinLogarithmic(curve, count) {
  const highest = new Map();
  for (const point of curve) {
    const stretch = Math.floor(Math.log10(Math.max(point[0], 0.1)) * count);
    if (!(highest.get(stretch)?.[1] >= point[1])) highest.set(stretch, point);
  }
  return [...highest.values()];
}

/** Of a tree that the limit ended, nothing that came after. */
export function untilPassed(samples, limit) {
  const at = samples.findIndex(([, bytes]) => bytes > limit);
  return at < 0 ? samples : samples.slice(0, at + 1);
}

/**
 * Runs a command under a hard limit on the resident set of its whole process tree.
 * `died`: the limit ended it. `passed`: it did not, and yet the kernel saw one process of the tree above it.
 * `output`: what it printed, where that was asked for. `samples` are milliseconds and bytes.
 */
export function watch(command, { limit, seconds, scratch, output = false, cwd, env, every = SAMPLE_MS }) {
  const curve = path.join(scratch, "curve");
  const group = limit ? makeGroup(limit) : undefined;
  const flags = ["--sample", String(every), "--curve", curve];
  if (output) flags.push("--stdout");
  if (seconds) flags.push("--seconds", String(seconds));
  if (group) flags.push("--cgroup", group);
  else if (limit) flags.push("--limit", String(Math.floor(limit / 1024)));
  const { status, stdout, stderr, error } = spawnSync(tool("launch"), [...flags, ...command], { encoding: "utf8", maxBuffer: 1 << 30, cwd, env });
  if (error) throw error;
  if (status !== 0) fail(`${command.join(" ")}: ${stderr}`);
  const end = stdout.lastIndexOf('{"wallMs"');
  const usage = JSON.parse(stdout.slice(end));
  const killed = usage.killed || (group !== undefined && endedIn(group));
  const kernelPeak = usage.maxrssKb * 1024;
  const samples = readCurve(curve);
  rmSync(curve, { force: true });
  if (group) rmdirSync(group);
  return {
    startedAt: new Date(usage.startedMs).toISOString(), exit: usage.exit, died: killed, late: usage.late, wallMs: usage.wallMs,
    cpuMs: usage.userMs + usage.sysMs, keeper: group ? "cgroup" : "sampling",
    peak: Math.max(usage.treeRssKb * 1024, kernelPeak), kernelPeak, passed: limit !== undefined && !killed && kernelPeak > limit,
    samples, curve: thinLogarithmic(killed ? untilPassed(samples, limit) : samples, 100),
    output: stdout.slice(0, end), stderr,
  };
}
