// Whole builds on one page that stands alone: node page.mjs builds.json > builds.html
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MIB, Plot, escape, frame, hostLine, plot, row, table } from "../page/frame.mjs";
import { phaseNames } from "./phases.mjs";

const STEPS = ["start", "plugin-setup", "scan", "worker", "ssr", "client", "linker", "end"];
const SHADES = ["#9a9a9a", "#b59f3b", "#d6477f", "#2f7de1", "#2aa876", "#e8833a", "#8a6fdf", "#9a9a9a"];
const WIDTH = 860;
const MARGINS = { marginLeft: 50, marginRight: 20 };

const stepOf = (phase) => phase.split(":")[0];
const secondsOf = (at, start) => (Date.parse(at) - Date.parse(start)) / 1000;
const gib = (bytes) => (bytes / MIB / 1024).toFixed(2);
const seconds = (ms) => (ms / 1000).toFixed(ms < 1000 ? 3 : 1);
const three = ({ min, median, max }, text) => `${text(min)} · ${text(median)} · ${text(max)}`;
const whose = (scan) => (scan === "rwsdk" ? "With rwsdk's own scan" : "With Prologue's scan");

const lineOf = ({ startedAt, curve, scan }, i) =>
  curve.filter(([, bytes]) => bytes > 0).map(([at, bytes]) => ({ s: secondsOf(at, startedAt), gib: bytes / MIB / 1024, run: `${scan} ${i}` }));

/** Steps as bands, and within them a line where the chunks begin. */
function bandsOf({ startedAt, phases }) {
  const bands = [];
  for (const { phase, ms, tookMs } of phases) {
    const step = stepOf(phase);
    const last = bands.at(-1);
    if (last?.step === step) last.to = (ms + tookMs) / 1000;
    else bands.push({ step, from: ms / 1000, to: (ms + tookMs) / 1000 });
  }
  const chunks = phases.filter(({ phase }) => phase.endsWith(": chunks") && stepOf(phase) !== "plugin-setup").map(({ at }) => ({ s: secondsOf(at, startedAt) }));
  return { bands, chunks };
}

/** The middle run with its phases, the others behind it. */
function curve({ scan, middle, runs }, { longest, highest }) {
  const at = runs.findIndex(({ startedAt }) => startedAt === middle.startedAt);
  const shown = runs[at];
  const { bands, chunks } = bandsOf(shown);
  const widest = (WIDTH - MARGINS.marginLeft - MARGINS.marginRight) / longest;
  const fits = ({ step, from, to }) => (to - from) * widest > step.length * 7.5;
  const scanned = bands.filter((band) => band.step === "scan" && !fits(band)); // is named in any case, above the others
  const peak = { s: secondsOf(shown.peakAt, shown.startedAt), gib: shown.peak / MIB / 1024 };
  return plot(`Resident set against time: ${whose(scan)}`, {
    height: 270, marginTop: 44, ...MARGINS, grid: true,
    x: { label: "seconds →", domain: [0, longest] }, y: { label: "↑ GiB", domain: [0, highest] },
    color: { domain: STEPS, range: SHADES },
    marks: [
      Plot.rect(bands, { x1: "from", x2: "to", y1: 0, y2: highest, fill: "step", fillOpacity: 0.16 }),
      Plot.ruleX(chunks, { x: "s", stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "2 3" }),
      Plot.text(bands.filter(fits), { x: (band) => (band.from + band.to) / 2, frameAnchor: "top", dy: -12, text: "step", fill: "step", fontWeight: 600 }),
      Plot.text(scanned, { x: (band) => (band.from + band.to) / 2, frameAnchor: "top", dy: -27, text: "step", fill: "step", fontWeight: 600 }),
      Plot.line(runs.flatMap((run, i) => (i === at ? [] : lineOf(run, i))), { x: "s", y: "gib", z: "run", stroke: "currentColor", strokeOpacity: 0.18 }),
      Plot.line(lineOf(shown, at), { x: "s", y: "gib", stroke: "currentColor", strokeWidth: 1.8 }),
      Plot.dot([peak], { x: "s", y: "gib", fill: "currentColor", r: 4 }),
      Plot.text([peak], { x: "s", y: "gib", dy: -12, text: (d) => `${d.gib.toFixed(2)} GiB`, fill: "currentColor", fontWeight: 600 }),
    ],
  });
}

function legend() {
  const item = (step, i) => `<span style="white-space:nowrap;margin-right:1em"><span style="display:inline-block;width:.8em;height:.8em;background:${SHADES[i]};opacity:.6"></span> ${escape(step)}</span>`;
  return `<p class="note">${STEPS.slice(0, -1).map(item).join(" ")}<br>The dotted line in a step is where its modules are done and its chunks begin.</p>`;
}

function phaseTable({ results }) {
  const cells = ({ summary }, name) => {
    const found = summary.phases.find(({ phase }) => phase === name);
    return found ? [`${seconds(found.tookMs.median)} s`, `${three(found.peak, gib)} GiB`] : ["-", "-"];
  };
  const header = ["phase", ...results.flatMap(({ scan }) => [`${scan}'s scan`, "peak: min · median · max"])];
  return table(header, phaseNames(results).map((name) => row([name, ...results.flatMap((result) => cells(result, name))])));
}

function wholeTable({ results }) {
  return table(["scan", "runs", "seconds: min · median · max", "peak: min · median · max", "in", "killed", "different outputs"],
    results.map(({ scan, summary }) => row([scan, summary.runs, three(summary.wallMs, seconds), `${three(summary.peak, gib)} GiB`, summary.peakIn, summary.died, summary.outputs])));
}

/** The part of a page; the memory bench's has it too. */
export function builds(said) {
  const { results, problems, hard, cores, everyMs, host } = said;
  const runs = results.flatMap((result) => result.runs);
  const extent = { longest: Math.max(...runs.map(({ wallMs }) => wallMs)) / 1000, highest: (Math.max(...runs.map(({ peak }) => peak)) / MIB / 1024) * 1.12 };
  const troubles = problems.length > 0 ? `<ul>${problems.map((problem) => `<li class="missed">${escape(problem)}</li>`).join("")}</ul>` : "";
  return `<p>rwsdk ${escape(host.rwsdk)}'s own production build on Vite ${escape(host.vite)}, with its directive scan and with ours: nothing else differs. ${cores} processors, at most ${gib(hard)} GiB for the whole process tree,
which is looked at every ${everyMs} ms. Shown is the run whose peak is in the middle, the others grey behind it.</p>
${legend()}
${results.map((result) => `<h3>${escape(whose(result.scan))}</h3>
<p class="note">Began ${escape(result.middle.startedAt)}, peak at ${escape(result.middle.peakAt)}, in ${escape(result.middle.peakIn)}.</p>
${curve(result, extent)}`).join("\n")}
${troubles}
${wholeTable(said)}
<p></p>
${phaseTable(said)}`;
}

export const page = (said) => frame("whole builds", "The przm application, built for production", `${builds(said)}
<footer><p>${hostLine(said.host)}, builds on node ${escape(said.host.buildNode)}; ${escape(said.date)}. Pages that processes share count twice. Times belong to this machine.</p></footer>`);

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(page(JSON.parse(readFileSync(process.argv[2], "utf8"))));
