// What the memory bench found, on one page that stands alone: node page.mjs memory.json [builds.json] > memory.html
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { builds } from "../builds/page.mjs";
import { COLORS, MIB, Plot, escape, frame, hostLine, mib, number, plot, row, size, table as tableOf } from "../page/frame.mjs";

const TOOLS = ["prologue", "rolldown", "esbuild", "esbuild-split", "rwsdk"];
const SUBSYSTEMS = ["facts", "graph", "paths", "directory listings", "report", "package data", "realpath cache", "leases", "grammar parser"];
const SHADES = ["#2f7de1", "#e8833a", "#2aa876", "#8a6fdf", "#d6477f", "#b59f3b", "#4aa8c0", "#9a9a9a", "#555555"];
const color = { domain: TOOLS, range: COLORS };

function peaks({ results, hard }) {
  const done = results.filter(({ ours }) => ours?.samples.length);
  const points = done.flatMap(({ id, ours, peers }) => [
    { id, who: "prologue", peak: Math.max(...ours.samples.map(({ peak }) => peak)) / MIB, lives: ours.problems.length === 0 },
    ...peers.map(({ who, peak, outcome }) => ({ id, who, peak: peak / MIB, lives: outcome === "lives" })),
  ]);
  const ids = done.map(({ id }) => id);
  const used = TOOLS.filter((who) => points.some((point) => point.who === who));
  return plot("Peak resident set of each tool in each scenario", {
    height: 60 + ids.length * 34, marginLeft: 110, y: { domain: ids, label: null }, grid: true,
    x: { type: "log", base: 2, label: "peak resident set, MiB →", ticks: [4, 16, 64, 256, 1024, 4096], tickFormat: String },
    color: { domain: used, range: used.map((who) => COLORS[TOOLS.indexOf(who)]), legend: true },
    marks: [
      Plot.ruleX([hard / MIB], { stroke: "currentColor", strokeDasharray: "4 3" }),
      Plot.text([hard / MIB], { x: (d) => d, frameAnchor: "top", dy: -12, text: () => "hard limit", fill: "currentColor" }),
      Plot.dot(points.filter(({ lives }) => lives), { x: "peak", y: "id", fill: "who", r: 6 }),
      Plot.dot(points.filter(({ lives }) => !lives), { x: "peak", y: "id", stroke: "who", symbol: "times", strokeWidth: 3, r: 6 }),
    ],
  });
}

function curves({ results, hard }) {
  const of = results.find(({ id, trace }) => id === "przm" && trace);
  if (!of) return "";
  const points = [
    ...of.trace.moments.map(({ ms, resident }) => ({ who: "prologue", s: Math.max(ms, 1) / 1000, mib: resident / MIB })),
    ...of.peers.flatMap(({ who, curve }) => (curve ?? []).filter(([ms, bytes]) => ms >= 1 && bytes > 0).map(([ms, bytes]) => ({ who, s: ms / 1000, mib: bytes / MIB }))),
  ];
  const ends = TOOLS.map((who) => points.filter((point) => point.who === who).at(-1)).filter(Boolean);
  return `<h2>The przm application, while it is scanned</h2>
<p>The resident set of the whole process tree, start of the process included. Both scales are logarithmic.</p>
${plot("Resident set over time on the przm application", {
    height: 340, grid: true, marginRight: 110, color,
    x: { type: "log", label: "seconds →", ticks: [0.001, 0.01, 0.1, 1, 10], tickFormat: (d) => `${d}` }, y: { type: "log", base: 2, label: "↑ MiB", ticks: [4, 16, 64, 256, 1024], tickFormat: (d) => `${d}` },
    marks: [
      Plot.ruleY([hard / MIB], { stroke: "currentColor", strokeDasharray: "4 3" }),
      Plot.line(points, { x: "s", y: "mib", stroke: "who", strokeWidth: 2 }),
      Plot.text(ends, { x: "s", y: "mib", text: "who", fill: "who", textAnchor: "start", dx: 6, fontWeight: 600 }),
    ],
  })}`;
}

function holders({ points }) {
  const bars = points.flatMap(({ modules, subsystems }) =>
    SUBSYSTEMS.filter((name) => subsystems[name] > 0.5).map((name) => ({ modules: number(modules - 2), name, bytes: subsystems[name] })));
  const sizes = points.map(({ modules }) => number(modules - 2));
  return plot("Bytes for each module by subsystem", {
    height: 90 + sizes.length * 54, marginLeft: 90, grid: true, x: { label: "bytes for each module, peaks →" }, y: { domain: sizes, label: "modules" },
    color: { domain: SUBSYSTEMS, range: SHADES, legend: true },
    marks: [
      Plot.barX(bars, { x: "bytes", y: "modules", fill: "name", order: SUBSYSTEMS, insetTop: 6, insetBottom: 6 }),
      Plot.text(points, { x: (d) => Object.values(d.subsystems).reduce((a, b) => a + b), y: (d) => number(d.modules - 2), dx: 6, textAnchor: "start", fill: "currentColor", text: (d) => `${d.bytes.toFixed(0)} at once` }),
    ],
  });
}

function times({ points }) {
  return plot("Time for each module against the number of modules", {
    height: 220, grid: true, x: { type: "log", label: "modules →", ticks: points.map(({ modules }) => modules), tickFormat: number }, y: { label: "↑ µs for each module", domain: [0, Math.max(...points.flatMap(({ us, cpuUs }) => [us, cpuUs])) * 1.15] },
    marks: [
      Plot.line(points, { x: "modules", y: "cpuUs", stroke: COLORS[1], strokeWidth: 2, strokeDasharray: "4 3" }),
      Plot.text(points.slice(-1), { x: "modules", y: "cpuUs", dy: 16, fill: COLORS[1], text: () => "of a processor" }),
      Plot.line(points, { x: "modules", y: "us", stroke: COLORS[0], strokeWidth: 2 }),
      Plot.dot(points, { x: "modules", y: "us", fill: COLORS[0], r: 5 }),
      Plot.text(points, { x: "modules", y: "us", dy: -14, fill: "currentColor", text: (d) => d.us.toFixed(1) }),
    ],
  });
}

function scaled({ scale }) {
  if (scale.points.length === 0) return "";
  const goals = scale.goals.map(({ what, limit, measured, met }) => `<li class="${met ? "met" : "missed"}">${escape(what)}: <b>${measured.toFixed(2)}</b>, at most ${limit} ${met ? "✓" : "✗"}</li>`);
  return `<h2>Scale</h2>
<p>Generated modules with three imports each. Where the bytes are:</p>${holders(scale)}<ul>${goals.join("")}</ul>${times(scale)}`;
}

function phases({ results }) {
  const of = [...results].reverse().find(({ scale, trace }) => scale && trace);
  if (!of) return "";
  const { moments, phases: marks } = of.trace;
  const lines = moments.flatMap(({ ms, resident, ledger }) => [{ s: ms / 1000, mib: resident / MIB, what: "resident set" }, { s: ms / 1000, mib: ledger / MIB, what: "ledger" }]);
  return `<h2>${escape(of.what)}, phase by phase</h2>
${plot("Resident set and ledger against time, with phases", {
    height: 290, marginTop: 50, grid: true, x: { label: "seconds →" }, y: { label: "↑ MiB", zero: true }, color: { domain: ["resident set", "ledger"], range: [COLORS[1], COLORS[0]], legend: true },
    marks: [
      Plot.ruleX(marks, { x: ({ ms }) => ms / 1000, stroke: "currentColor", strokeOpacity: 0.5, strokeDasharray: "2 3" }),
      ...marks.map((mark, i) => Plot.text([mark], { x: ({ ms }) => ms / 1000, frameAnchor: "top", dy: -8 - (i % 2) * 14, dx: 2, text: "phase", fill: "currentColor", textAnchor: "start" })),
      Plot.line(lines, { x: "s", y: "mib", stroke: "what", strokeWidth: 2 }),
    ],
  })}`;
}

function table({ results }) {
  const rows = results.flatMap((result) => {
    if (result.skipped) return [row([result.what, "", "", "", "", "", result.skipped])];
    const { ours, session, peers } = result;
    const all = ours.samples.map(({ peak }) => peak).sort((a, b) => a - b);
    const middle = all[Math.floor(all.length / 2)];
    return [
      row([result.what, "prologue", size(ours.limit), all.length ? `${mib(all[0])} · ${mib(middle)} · ${mib(all.at(-1))} MiB` : "-",
        ours.growth?.toFixed(2) ?? "-", session?.growth?.toFixed(2) ?? "-", ours.problems.join("; ") || `complete, ${number(ours.modules)} modules`]),
      ...peers.map(({ who, hard, peak, outcome }) => row(["", who, size(hard), size(peak), "", "", outcome])),
    ];
  });
  return tableOf(["scenario", "who", "limit", "min · median · peak", "growth, run to run", "in one session", "outcome"], rows);
}

function headline({ results, hard }) {
  const done = results.filter(({ ours }) => ours);
  const whole = done.filter(({ ours }) => ours.problems.length === 0);
  const others = done.flatMap(({ peers }) => peers);
  const dead = others.filter(({ outcome }) => outcome !== "lives");
  return `<p class="lead">${whole.length} of ${done.length} scenarios complete under their limit, at most ${size(Math.max(...done.flatMap(({ ours }) => ours.samples.map(({ peak }) => peak))))} resident.
Of ${others.length} runs of other tools under ${size(hard)}, ${dead.length} do not live to the end.</p>`;
}

const whole = (said) => `<h2>Whole production builds of the przm application</h2>
${builds(said)}
<p class="note">${hostLine(said.host)}; ${escape(said.date)}.</p>`;

/** `built` is what the builds' bench found, where that has run. */
export function page(said, built) {
  const { host, date } = said;
  return frame("memory under stress", "Memory under stress", `${headline(said)}
<h2>Who needs how much, and who dies</h2>
<p>Each run in a child under a hard limit on the resident set of its process tree. A dot lives under it; a cross was killed, failed or did not end. Ours runs under limits of 4 to ${size(Math.max(...said.results.map(({ ours }) => ours?.limit ?? 0)))} of its own.</p>
${peaks(said)}
${curves(said)}
${scaled(said)}
${phases(said)}
${built ? whole(built) : ""}
<h2>All runs</h2>
${table(said)}
<footer><p>${hostLine(host)}; ${escape(date)}. Resident sets are sampled every 2 ms; pages that processes share count twice. Times belong to this machine.</p></footer>`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [said, built] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
  process.stdout.write(page(said, built));
}
