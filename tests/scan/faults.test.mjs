// What goes wrong around a scan: descriptors run out, disks fill up, streams are closed, signals come.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { test } from "node:test";
import { project, run, start, withoutStats } from "./helper.mjs";

/** Folders enough that nothing is asked for once only. */
function tree(t) {
  const files = {};
  for (let i = 0; i < 60; i++) {
    files[`src/f${i}/a.ts`] = `'use client'; import '../f${(i + 1) % 60}/b'; import 'p${i % 7}'`;
    files[`src/f${i}/b.ts`] = `import './a'; ${"// text\n".repeat(i * 300)}`;
  }
  for (let i = 0; i < 7; i++) {
    files[`node_modules/p${i}/package.json`] = { exports: "./lib/main.mjs" };
    files[`node_modules/p${i}/lib/main.mjs`] = "'use client'";
  }
  return project(t, files);
}

const shell = (script) => ["sh", "-c", `${script}; exec "$0" "$@"`];

test("few descriptors: complete, or it says why not", (t) => {
  const root = tree(t);
  const whole = withoutStats(run(["scan", root, "--json"]).stdout);
  for (const threads of ["1", "16"]) {
    for (const count of [16, 8, 5]) {
      const { status, stdout } = run(["scan", root, "--json", "--threads", threads], { wrap: shell(`ulimit -n ${count}`) });
      if (status === 0) assert.equal(withoutStats(stdout), whole, `${count} descriptors`);
      else assert.match(stdout, /too many open files/, `${count} descriptors`);
      if (count === 16) assert.equal(status, 0);
    }
  }
});

test("a full disk: exit 1, and what stood there stands", (t) => {
  const root = tree(t);
  const out = project(t, { "r.json": "before" });
  assert.equal(run(["scan", root, "--json", "--output", "/dev/full"]).status, 1);
  const full = run(["scan", root, "--json", "--output", "r.json"], { cwd: out, wrap: shell("ulimit -f 4") });
  assert.equal(full.status, 1);
  assert.match(full.stderr, /too large/i);
  assert.equal(readFileSync(join(out, "r.json"), "utf8"), "before");
  assert.deepEqual(readdirSync(out), ["r.json"]);
});

test("a full disk below a trace and a dump: the scan goes on, and says it once", (t) => {
  const root = tree(t);
  const out = project(t);
  const args = ["--memory-trace", "t", "--memory-interval", "1", "--memory-dump", "d", "--memory-limit", "600KiB"];
  const { status, stderr, stdout } = run(["scan", root, "--json", ...args], { cwd: out, wrap: shell("ulimit -f 1") });
  assert.ok([0, 3].includes(status), stderr);
  assert.equal(JSON.parse(stdout).complete, status === 0);
  assert.ok(stderr.split("switched itself off").length <= 2, stderr);
  assert.deepEqual(readdirSync(out).filter((name) => name.includes("tmp")), []);
});

test("standard streams that are closed", (t) => {
  const root = tree(t);
  const out = project(t);
  const whole = withoutStats(run(["scan", root, "--json"]).stdout);
  for (const closed of ["<&- >&- 2>&-", "<&-", ">&-", "2>&-", ">&- 2>&-"]) {
    const args = ["scan", root, "--json", "--output", join(out, "r.json"), "--memory-limit", "1GiB"];
    assert.equal(run(args, { wrap: shell(`exec ${closed}`) }).status, 0, closed);
    assert.equal(withoutStats(readFileSync(join(out, "r.json"), "utf8")), whole, closed);
  }
  assert.equal(run(["scan", root, "--json"], { wrap: shell("exec >&-") }).status, 1);
  assert.equal(run(["scan", root], { wrap: shell("exec >&-") }).status, 1);
  assert.equal(run(["scan", root, "--json"], { wrap: shell("exec <&- 2>&-") }).status, 0);
});

test("a reader that goes away", async (t) => {
  const root = tree(t);
  for (const args of [["--json", "--edges"], []]) {
    const { child, exit } = start(["scan", root, ...args]);
    child.stdout.destroy();
    const { status, signal, stderr } = await exit;
    assert.equal(signal, null);
    assert.ok([0, 1].includes(status), stderr);
    assert.doesNotMatch(stderr, /Sanitizer/);
  }
});

test("signals at any moment: 130 or done, and no half-written file", async (t) => {
  const root = tree(t);
  const out = project(t);
  for (let i = 0; i < 24; i++) {
    const { child, exit } = start(["scan", root, "--json", "--threads", "4", "--output", join(out, "r.json")]);
    await setTimeout(i);
    child.kill(i % 3 ? "SIGINT" : "SIGTERM");
    if (i % 4 === 3) child.kill("SIGINT");
    const { status, signal, stderr } = await exit;
    // Before there is a handler the signal itself ends it.
    assert.ok(signal === "SIGINT" || signal === "SIGTERM" || status === 130 || status === 0, `${status} ${stderr}`);
    assert.doesNotMatch(stderr, /Sanitizer/);
    const names = readdirSync(out);
    assert.ok(names.length === 0 || (names.length === 1 && names[0] === "r.json"), `${i}: ${names}`);
    if (names.length) assert.equal(JSON.parse(readFileSync(join(out, "r.json"))).complete, true);
  }
});
