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
  const most = Math.max(hard / MIB, ...points.map(({ peak }) => peak));
  const used = TOOLS.filter((who) => points.some((point) => point.who === who));
  return plot("Peak resident set of each tool in each scenario", {
    height: 60 + ids.length * 34, marginLeft: 110, y: { domain: ids, label: null }, grid: true,
    x: { type: "log", base: 2, label: "peak resident set, MiB →", domain: [2, most * 1.2], ticks: [4, 16, 64, 256, 1024, 4096].filter((tick) => tick <= most), tickFormat: String },
    color: { domain: used, range: used.map((who) => COLORS[TOOLS.indexOf(who)]), legend: true },
    marks: [
      Plot.ruleX([hard / MIB], { stroke: "currentColor", strokeDasharray: "4 3" }),
      Plot.text([hard / MIB], { x: (d) => d, frameAnchor: "top", dy: -12, text: () => "hard limit", fill: "currentColor" }),
      Plot.dot(points.filter(({ lives }) => lives), { x: "peak", y: "id", fill: "who", r: 6 }),
      Plot.dot(points.filter(({ lives }) => !lives), { x: "peak", y: "id", stroke: "who", symbol: "times", strokeWidth: 3, r: 6 }),
    ],
  });
}

const CURVES = ["przm", "lucide"];
const LEAST = 0.5; // MiB: the scale is logarithmic
const LABEL = 15; // pixels from one label to the next

/** Heights for labels, in the order of their lines' ends and never closer than can be read. */
function labelled(ends, bottom, pixels) {
  const heights = ends.map(({ mib }) => (Math.log2(mib) - Math.log2(bottom)) * pixels);
  const order = heights.map((_, i) => i).sort((i, j) => heights[i] - heights[j]);
  order.forEach((i, at) => {
    if (at > 0) heights[i] = Math.max(heights[i], heights[order[at - 1]] + LABEL);
  });
  return ends.map((end, i) => ({ ...end, label: bottom * 2 ** (heights[i] / pixels) }));
}

function endOf({ who, ms, outcome }) {
  const [how] = outcome.split(";");
  if (how.startsWith("not done")) return `${who}: ${how}`;
  return `${who}: ${how === "lives" ? "done in" : `${how},`} ${(ms / 1000).toFixed(ms < 1000 ? 2 : 1)} s`;
}

/** Every tool on one scenario, each under the common limit; ours measured as the others are. */
function curve({ what, beside, peers, trace, ours }, { hard }) {
  const tools = [beside, ...peers].filter(({ curve: seen }) => seen?.some(([, bytes]) => bytes > 0));
  const lineOf = ({ who, curve: seen }) => seen.filter(([ms, bytes]) => ms > 0 && bytes >= LEAST * MIB).map(([ms, bytes]) => ({ who, s: ms / 1000, mib: bytes / MIB }));
  const points = tools.flatMap(lineOf);
  const ledger = (trace.moments ?? []).filter(({ ms, ledger: bytes }) => ms > 0 && bytes >= LEAST * MIB).map(({ ms, ledger: bytes }) => ({ s: ms / 1000, mib: bytes / MIB }));
  const height = 400;
  const top = 1.7 * Math.max(hard / MIB, ...points.map(({ mib: high }) => high));
  const pixels = (height - 20 - 48) / Math.log2(top / LEAST);
  const ends = tools.map((tool) => ({ ...lineOf(tool).at(-1), dead: tool.outcome !== "lives", text: endOf(tool) }));
  const longest = 1.15 * Math.max(...[...points, ...ledger].map(({ s }) => s));
  const seconds = [0.001, 0.01, 0.1, 1, 10, 100].filter((s) => s <= longest);
  return `<h2>While it is scanned: ${escape(what)}</h2>
${plot(`Resident set over time: ${what}`, {
    height, grid: true, marginTop: 20, marginLeft: 52, marginRight: 210, color,
    x: { type: "log", label: "seconds since the process began →", domain: [0.001, longest], ticks: seconds, tickFormat: String },
    y: { type: "log", base: 2, label: "↑ resident set, MiB", domain: [LEAST, top], ticks: [1, 4, 16, 64, 256, 1024].filter((tick) => tick <= top), tickFormat: String },
    marks: [
      Plot.ruleY([hard / MIB], { stroke: "currentColor", strokeDasharray: "4 3" }),
      Plot.text([hard / MIB], { y: (d) => d, frameAnchor: "left", textAnchor: "start", dx: 6, dy: -9, text: () => `hard limit, ${size(hard)}`, fill: "currentColor" }),
      Plot.ruleY([ours.limit / MIB], { stroke: COLORS[0], strokeDasharray: "4 3" }),
      Plot.text([ours.limit / MIB], { y: (d) => d, frameAnchor: "right", textAnchor: "end", dx: -6, dy: -9, text: () => `prologue's own limit, ${size(ours.limit)}`, fill: COLORS[0] }),
      Plot.line(ledger, { x: "s", y: "mib", stroke: COLORS[0], strokeWidth: 1.5, strokeDasharray: "1 3" }),
      Plot.text(ledger.slice(-1), { x: "s", y: "mib", dx: 6, textAnchor: "start", fill: COLORS[0], text: () => "its ledger" }),
      Plot.line(points, { x: "s", y: "mib", stroke: "who", strokeWidth: 2 }),
      Plot.dot(ends.filter(({ dead }) => dead), { x: "s", y: "mib", stroke: "who", symbol: "times", strokeWidth: 3, r: 6 }),
      Plot.text(labelled(ends, LEAST, pixels), { y: "label", frameAnchor: "right", text: "text", fill: "who", textAnchor: "start", dx: 10, fontWeight: 600 }),
    ],
  })}`;
}

function curves(said) {
  const chosen = CURVES.map((id) => said.results.find((result) => result.id === id && result.beside)).filter(Boolean);
  if (chosen.length === 0) return "";
  const kept = chosen[0].ours.keeper === "cgroup" ? "the kernel keeps in a cgroup" : "is kept by ending a tree that is seen above it";
  return `${chosen.map((result) => curve(result, said)).join("\n")}
<p class="note">Resident set of each tool's whole process tree, sampled every 2 ms from the start of the process (less often where the machine was busy), one run each and all under the same hard limit, which ${kept}; drawn are the highest of neighbouring samples. A cross is where a tool ended without being done.
Ours ran as the others did, with its own <code>--memory-limit</code> besides. The dotted line is what its ledger accounted for, from the memory trace of another run. Both scales are logarithmic.</p>`;
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
  const lines = [
    { key: "cpuUs", name: "prologue, processor time", stroke: COLORS[0], strokeWidth: 2 },
    { key: "floorCpuUs", name: "the floor, processor time", stroke: COLORS[1], strokeWidth: 2 },
    { key: "us", name: "prologue, by the clock", stroke: COLORS[0], strokeWidth: 1.2, strokeDasharray: "2 3" },
  ];
  const high = Math.max(...points.flatMap((point) => lines.map(({ key }) => point[key]))) * 1.15;
  const text = { fill: "currentColor", stroke: "var(--paper)", strokeWidth: 4 };
  const ends = labelled(lines.map(({ key, name, stroke }) => ({ mib: 2 ** points.at(-1)[key], name, stroke })), 1, (240 - 68) / high)
    .map(({ label, ...line }) => ({ ...line, at: Math.log2(label) }));
  return plot("Time for each module against the number of modules", {
    height: 240, grid: true, marginTop: 20, marginLeft: 52, marginRight: 210,
    x: { type: "log", label: "modules →", insetLeft: 30, insetRight: 20, ticks: points.map(({ modules }) => modules), tickFormat: (d) => number(d - 2) }, y: { label: "↑ µs for each module", domain: [0, high] },
    marks: [
      ...lines.map(({ key, name: _, ...style }) => Plot.line(points, { x: "modules", y: key, ...style })),
      ...["cpuUs", "floorCpuUs"].map((key, i) => Plot.dot(points, { x: "modules", y: key, fill: COLORS[i], r: 4 })),
      ...["cpuUs", "floorCpuUs"].map((key) => Plot.text(points, { x: "modules", y: key, dy: -14, ...text, text: (d) => d[key].toFixed(1) })),
      Plot.text(ends, { y: "at", frameAnchor: "right", textAnchor: "start", dx: 10, text: "name", fill: (d) => d.stroke, fontWeight: 600 }),
    ],
  });
}

function scaled({ scale }) {
  if (scale.points.length === 0) return "";
  const goals = scale.goals.map(({ what, limit, measured, met, beside }) =>
    `<li class="${met ? "met" : "missed"}">${escape(what)}: <b>${measured.toFixed(measured < 100 ? 2 : 0)}</b>, at most ${limit} ${met ? "✓" : "✗"}${beside ? ` (${escape(beside)})` : ""}</li>`);
  const list = goals.length > 0 ? `<ul>${goals.join("")}</ul>` : "";
  return `<h2>Scale</h2>
<p>Generated modules with three imports each. Where the bytes are:</p>${holders(scale)}
<p>Time for each module, whole processes on two threads. The floor opens, reads and closes the same files, in turns with ours. What is judged is processor time; the clock also tells what else the machine did, and at few modules the start of the process.</p>${times(scale)}${list}`;
}

function phases({ results }) {
  const of = [...results].reverse().find(({ scale, trace }) => scale && trace?.moments);
  if (!of) return "";
  const { moments, phases: marks } = of.trace;
  const lines = moments.flatMap(({ ms, resident, ledger }) => [{ s: ms / 1000, mib: resident / MIB, what: "resident set" }, { s: ms / 1000, mib: ledger / MIB, what: "ledger" }]);
  return `<h2>${escape(of.what)}, phase by phase</h2>
<p>From the memory trace of one scan under its limit of ${size(of.trace.limit)}: what the process held, and what the ledger accounted for.</p>
${plot("Resident set and ledger against time, with phases", {
    height: 290, marginTop: 50, grid: true, x: { label: "seconds since the process began →" }, y: { label: "↑ MiB", zero: true }, color: { domain: ["resident set", "ledger"], range: [COLORS[1], COLORS[0]], legend: true },
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

function limits({ results }) {
  const all = results.filter(({ ours }) => ours).map(({ ours }) => ours.limit / MIB);
  return [...new Set([Math.min(...all), Math.max(...all)])].join(" to ");
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
<p>Each run in a child under a hard limit on the resident set of its process tree. A dot lives under it; a cross was killed, failed or did not end. One that was killed stands where it comes to when it is left alone. Ours runs under limits of its own, of ${limits(said)} MiB.</p>
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
