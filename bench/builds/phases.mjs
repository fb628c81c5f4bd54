// A build's phases: what it told of itself beside what was seen of its memory. Pure functions.
import { median } from "../table.mjs";

/** The lines that a build has told; the last one may be cut off, where it was killed. */
export function readMarks(text) {
  const marks = [];
  for (const line of text.split("\n")) {
    if (!line) continue;
    try {
      marks.push(JSON.parse(line));
    } catch {
      break;
    }
  }
  return marks;
}

const iso = (ms) => new Date(ms).toISOString();

/** The highest point in a stretch; where nobody looked in so short a time, what was seen last before. */
function highest(samples, from, to) {
  const inside = samples.filter(([ms]) => ms >= from && ms < to);
  if (inside.length > 0) return inside.reduce((high, point) => (point[1] > high[1] ? point : high));
  const before = samples.filter(([ms]) => ms < from).at(-1);
  return before ? [from, before[1]] : undefined;
}

/**
 * Each phase ends where the next one begins, the last with the process. `samples` are milliseconds since
 * `startedAt` and bytes.
 */
export function phasesOf({ startedAt, wallMs, marks, samples }) {
  const start = Date.parse(startedAt);
  const begun = [{ phase: "start", ms: 0 }];
  for (const { at, begin } of marks) if (begin) begun.push({ phase: begin, ms: Math.max(0, Date.parse(at) - start) });
  return begun.map(({ phase, ms }, i) => {
    const end = begun[i + 1]?.ms ?? Math.max(ms, wallMs);
    const [peakMs, peak] = highest(samples, ms, i + 1 < begun.length ? end : Infinity) ?? [];
    return { phase, at: iso(start + ms), ms, tookMs: end - ms, peak, peakAt: peak === undefined ? undefined : iso(start + peakMs) };
  });
}

export const factsOf = (marks) => Object.assign({}, ...marks.map(({ facts }) => facts));

export const timed = (startedAt, samples) => samples.map(([ms, bytes]) => [iso(Date.parse(startedAt) + ms), bytes]);

const most = (values) => {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((high, one) => (one[1] > high[1] ? one : high))[0];
};

const spread = (values) => ({ min: Math.min(...values), median: median(values), max: Math.max(...values) });

/** What several runs with one scan have in common; a phase that some did not come to counts where it was. */
export function summaryOf(runs) {
  const names = [...new Set(runs.flatMap(({ phases }) => phases.map(({ phase }) => phase)))];
  const peakPhase = ({ phases }) => phases.reduce((high, one) => ((one.peak ?? 0) > (high.peak ?? 0) ? one : high)).phase;
  return {
    runs: runs.length,
    wallMs: spread(runs.map(({ wallMs }) => wallMs)),
    peak: spread(runs.map(({ peak }) => peak)),
    peakIn: most(runs.map(peakPhase)),
    died: runs.filter(({ died }) => died).length,
    outputs: new Set(runs.flatMap(({ written }) => written?.contents ?? [])).size,
    phases: names.map((name) => {
      const found = runs.flatMap(({ phases }) => phases.filter(({ phase }) => phase === name));
      return { phase: name, tookMs: spread(found.map(({ tookMs }) => tookMs)), peak: spread(found.map(({ peak }) => peak ?? 0)) };
    }),
  };
}

/** The phases that any of them came to, in their order: who was killed early came to the first of them. */
export const phaseNames = (results) => [
  ...new Set([...results].sort((a, b) => b.summary.phases.length - a.summary.phases.length).flatMap(({ summary }) => summary.phases.map(({ phase }) => phase))),
];

/** Of several runs the one whose peak is in the middle. */
export function middleRun(runs) {
  const sorted = [...runs].sort((a, b) => a.peak - b.peak);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function problemsOf(found) {
  const problems = [];
  const all = Object.entries(found).flatMap(([scan, runs]) => runs.map((run, i) => ({ scan, i, run })));
  for (const { scan, i, run } of all) {
    if (run.exit !== 0) problems.push(`run ${i + 1} with ${scan}'s scan: ${run.died ? "killed" : `exit ${run.exit}`}`);
  }
  const done = all.filter(({ run }) => run.exit === 0);
  const answers = new Set(done.map(({ run }) => JSON.stringify(run.facts)));
  if (answers.size > 1) problems.push(`the scans found different numbers of modules: ${[...answers].join(" and ")}`);
  const names = new Set(done.map(({ run }) => run.written?.names));
  if (names.size > 1) problems.push("the builds wrote files of different names");
  return problems;
}

/** What there is to show of runs by scan: as the JSON file and the page have it. */
export function gathered(found, about) {
  return {
    ...about,
    date: new Date().toISOString(),
    problems: problemsOf(found),
    results: Object.entries(found).map(([scan, runs]) => {
      const { startedAt, peak, peakAt, peakIn } = middleRun(runs);
      return { scan, summary: summaryOf(runs), middle: { startedAt, peak, peakAt, peakIn }, runs };
    }),
  };
}
