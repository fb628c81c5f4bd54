// What CI checks: memory and counters, never time. `./dev bench memory --short`
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { MIB, prologue, watch } from "./run.mjs";
import { prepare, scenarios } from "./scenarios.mjs";

const ROOM = 8 * MIB;

const command = ({ folder, entry }, limit, ...more) =>
  [prologue, "scan", folder, "--entry", entry, "--json", "--memory-limit", String(limit), ...more];

/** Under the limit, and killed where its resident set passes `hard`. */
function scan(made, { limit, hard = limit + ROOM, threads = 2, scratch, exit = 0 }) {
  const said = watch(command(made, limit, "--threads", String(threads)), { limit: hard, scratch, output: true });
  assert.equal(said.died, false, `the resident set passed ${hard / MIB} MiB`);
  assert.ok(said.exit === exit || (exit === 0 && said.exit === 1), `exit ${said.exit}, not ${exit}`);
  assert.ok(said.peak <= hard, `${(said.peak / MIB).toFixed(1)} MiB were resident, more than ${hard / MIB}`);
  const report = JSON.parse(said.output);
  const { memory } = report.stats;
  assert.ok(memory.peak <= limit, `the ledger held ${memory.peak} bytes of ${limit}`);
  const sum = Object.values(memory.subsystems).reduce((total, { current }) => total + current, 0);
  assert.equal(sum, memory.current, "the subsystems sum to the total");
  return { report, said };
}

function complete(made, options) {
  const { report, said } = scan(made, options);
  assert.equal(report.complete, true);
  if (made.modules) assert.equal(report.stats.modules, made.modules);
  return { report, said };
}

function withoutStats({ stats: _, ...rest }) {
  return rest;
}

const mib = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;
const held = ({ report, said }) => `ledger ${mib(report.stats.memory.peak)}, resident ${mib(said.peak)}`;

const checks = {
  "przm in 8 MiB: complete, the same report as without a limit": ({ przm, scratch }) => {
    const tight = complete(przm, { limit: 8 * MIB, scratch });
    const free = JSON.parse(spawnSync(prologue, command(przm, 1024 * MIB).slice(1), { encoding: "utf8", maxBuffer: 1 << 28 }).stdout);
    assert.deepEqual(withoutStats(tight.report), withoutStats(free));
    return held(tight);
  },
  "przm in 1 MiB: exit 3, a partial report, and who holds the memory": ({ przm, scratch }) => {
    const { report, said } = scan(przm, { limit: MIB, scratch, exit: 3 });
    assert.equal(report.complete, false);
    assert.ok(report.stats.modules > 0 && report.modules.length === report.stats.modules);
    const told = report.diagnostics.find(({ code }) => code === "memory-limit");
    const [most] = Object.entries(report.stats.memory.subsystems).sort(([, a], [, b]) => b.peak - a.peak)[0];
    assert.ok(told.message.includes(most), `"${told.message}" names ${most}`);
    return held({ report, said });
  },
  "przm in 8 MiB with 64 threads: never over the limit": ({ przm, scratch }) => {
    const many = complete(przm, { limit: 8 * MIB, threads: 64, scratch });
    return `${held(many)}, ${many.report.stats.threads} threads`;
  },
  "60 files of 1 MB in 4 MiB: nothing of the source is kept": (tools) => {
    const run = written("long", tools);
    const done = complete(run, { limit: 4 * MIB, scratch: tools.scratch });
    assert.equal(done.report.clientFiles.length, run.client);
    assert.equal(done.report.stats.filesRead, run.modules);
    return held(done);
  },
  "one package by 50 spellings: every file is read once": (tools) => {
    const run = written("farm", tools);
    const done = complete(run, { limit: 4 * MIB, scratch: tools.scratch });
    assert.equal(done.report.stats.filesRead, run.modules);
    assert.ok(done.report.modules.every(({ path: name }) => !/node_modules\/shared/.test(name) || name.startsWith("node_modules/.pnpm/")));
    return held(done);
  },
  "2,000 importers of one barrel at once: one read of it": (tools) => {
    const run = written("importers", tools);
    const done = complete(run, { limit: 8 * MIB, scratch: tools.scratch });
    assert.equal(done.report.stats.filesRead, run.modules);
    return `${held(done)}, ${done.report.stats.readsJoined} joined`;
  },
  "512 names that differ in case only: as many modules": (tools) => {
    const run = written("cases", tools);
    const done = complete(run, { limit: 4 * MIB, scratch: tools.scratch });
    assert.equal(done.report.stats.filesRead, run.modules);
    assert.equal(new Set(done.report.modules.map(({ path: name }) => name.toLowerCase())).size, 2);
    return held(done);
  },
};

function written(id, { base, tools }) {
  const scenario = scenarios.find((one) => one.id === id);
  return prepare(scenario, base, scenario.short, tools);
}

export function short({ base, scratch, tools }) {
  const przm = { folder: tools.przm, entry: "src/worker.tsx" };
  const folder = path.join(base, "short");
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      console.log(`ok      ${name} (${check({ base: folder, scratch, tools, przm })})`);
    } catch (error) {
      failed++;
      console.log(`FAILED  ${name}: ${error.message}`);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
