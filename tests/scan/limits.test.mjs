// The memory limit and the interrupt: an honest partial report, and nothing half-written.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { test } from "node:test";
import { fixtures, hardLink, project, run, sanitized, scan, start } from "./helper.mjs";

const LATEST = sanitized ? 1000 : 100; // ms
const LINES = sanitized ? 15_000 : 150_000; // of a file that keeps a reader busy, not for too long

function wide(t, count) {
  const files = {};
  for (let i = 0; i < count; i++) files[`src/${"long-name-".repeat(8)}${i}.ts`] = `'use client'; import './gone${i}'`;
  return project(t, files);
}

/** Whether the process has a handler for the signal yet, where the system tells. */
function catches(pid, signal) {
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || (BigInt(`0x${/SigCgt:\s*(\w+)/.exec(readFileSync(status, "utf8"))[1]}`) >> BigInt(signal - 1)) & 1n;
}

test("the memory limit: exit 3, a partial report that says so, and where the memory went", (t) => {
  const root = wide(t, 4000);
  const report = scan(root, ["--memory-limit", "512KiB", "--threads", "2"], { status: 3 });
  assert.equal(report.complete, false);
  assert.equal(report.stats.exitCode, 3);
  assert.equal(report.stats.memory.limit, 512 << 10);
  assert.ok(report.stats.memory.peak <= 512 << 10);
  assert.ok(report.modules.length < 4000);
  const { status, stderr, stdout } = run(["scan", root, "--memory-limit", "512KiB"]);
  assert.equal(status, 3);
  assert.match(stdout + stderr, /memory limit/i);
  assert.match(stdout + stderr, /paths|graph|facts|leases/);
});

test("with 160 KiB there is a report, with 64 KiB none, and exit status 3 either way", (t) => {
  const root = wide(t, 500);
  for (const threads of ["1", "2", "8", "256"]) {
    const report = scan(root, ["--memory-limit", "160KiB", "--threads", threads], { status: 3 });
    assert.equal(report.complete, false);
  }
  const { status, stdout, stderr } = run(["scan", root, "--memory-limit", "64KiB", "--json"]);
  assert.deepEqual([status, stdout, stderr], [3, "", "prologue scan: the memory limit was reached\n"]);
});

test("a limit that suffices changes nothing", (t) => {
  const root = wide(t, 500);
  const report = scan(root, ["--memory-limit", "16MiB"], { status: 0 });
  assert.deepEqual([report.complete, report.modules.length], [true, 500]);
});

test("8 MiB and 64 threads stays in 8 MiB", (t) => {
  const report = scan(wide(t, 500), ["--memory-limit", "8MiB", "--threads", "64"]);
  assert.ok(report.stats.memory.peak <= 8 << 20);
  assert.equal(report.complete, true);
});

test("limits from tiny to sufficient never crash", (t) => {
  const root = wide(t, 300);
  for (const size of ["1", "1KiB", "10KiB", "50KiB", "100KiB", "200KiB", "400KiB", "800KiB", "1MiB", "2MiB", "4MiB"]) {
    const { status, stdout } = run(["scan", root, "--memory-limit", size, "--json"]);
    assert.ok([0, 2, 3].includes(status), `${size}: exit ${status}`);
    if (stdout) assert.equal(JSON.parse(stdout).complete, status === 0, size);
  }
});

test("a real application under every limit: complete, or a valid partial report that has the ledger", () => {
  const { root, args } = fixtures.przm;
  const whole = scan(root, args).diagnostics.map(({ code, message }) => `${code} ${message}`);
  const statuses = new Set();
  for (let limit = 256 << 10, at = 0; limit <= 5 << 20; limit += limit >> 3, at++) {
    const { status, stdout } = run(["scan", root, ...args, "--json", "--memory-limit", `${limit}`, "--threads", `${1 + (at % 2)}`]);
    const { complete, stats, modules, diagnostics } = JSON.parse(stdout);
    const others = diagnostics.filter(({ code }) => code !== "memory-limit").map(({ code, message }) => `${code} ${message}`);
    assert.deepEqual(others.filter((one) => !whole.includes(one)), [], `${limit}`);
    assert.ok([0, 3].includes(status), `${limit}: exit ${status}`);
    assert.equal(complete, status === 0 && modules.length > 4500, `${limit}`);
    assert.ok(stats.memory.peak <= limit, `${limit}: ${stats.memory.peak}`);
    statuses.add(status);
  }
  assert.deepEqual([...statuses].sort(), [0, 3]);
});

test("no memory for the grammar: a best guess that says why, and no word of a syntax error", (t) => {
  const root = project(t, { "src/small.js": "import './late'\nimport type { A } from '../types'\nexport const x = y as const;\n", "src/late.js": "" });
  const told = (limit) => {
    const { complete, diagnostics, modules, stats } = scan(root, ["--entry", "src/small.js", "--memory-limit", limit]);
    return [complete, modules.length, stats.grammarFiles, diagnostics.map(({ code, message }) => `${code}: ${message}`)];
  };
  assert.deepEqual(told("64MiB"), [true, 2, 1, []]);
  assert.deepEqual(told("2MiB"), [true, 2, 0, ["not-certain: there is no memory to read this file with certainty; what was found is a best guess"]]);
});

test("a partial report is written whole to --output", (t) => {
  const root = wide(t, 4000);
  const out = project(t);
  assert.equal(run(["scan", root, "--memory-limit", "512KiB", "--json", "--output", join(out, "r.json")]).status, 3);
  assert.equal(JSON.parse(readFileSync(join(out, "r.json"))).complete, false);
  assert.deepEqual(readdirSync(out), ["r.json"]);
});

test(`an interrupt ends the scan within ${LATEST} ms: exit 130, no --output`, async (t) => {
  const files = { "src/m0.js": 'f(a / b, "from", /x"/); { import_("y"); } // it\'s import("z")\n'.repeat(LINES) + "import('./gone')" };
  for (let i = 1; i < 400; i++) files[`src/m${i}.js`] = hardLink("src/m0.js");
  const root = project(t, files);
  const out = project(t);
  const entries = Array.from({ length: 400 }, (_, i) => ["--entry", `src/m${i}.js`]).flat();
  async function interrupted(delay) {
    const { child, exit } = start(["scan", root, ...entries, "--threads", "2", "--json", "--output", join(out, "r.json")]);
    while (!catches(child.pid, 2)) await setTimeout(1);
    await setTimeout(delay);
    const begin = performance.now();
    child.kill("SIGINT");
    const tooLong = globalThis.setTimeout(() => child.kill("SIGKILL"), 20_000);
    const { status, signal, stderr } = await exit;
    const took = performance.now() - begin;
    clearTimeout(tooLong);
    assert.deepEqual([status, signal], [130, null], stderr);
    assert.doesNotMatch(stderr, /Sanitizer/);
    assert.deepEqual(readdirSync(out), []);
    return took;
  }
  // Whatever else the machine does may delay one of them, or five.
  for (const delay of [150, 250, 400]) {
    let took = await interrupted(delay);
    for (let again = 0; again < 5 && took > LATEST; again++) took = Math.min(took, await interrupted(delay));
    assert.ok(took <= LATEST, `${took} ms`);
  }
});
