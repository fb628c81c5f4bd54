// What is made of what was seen: what is wrong with a run of ours, how a tool ended, what grew.
import { median } from "../table.mjs";

const MIB = 1 << 20;
export const GROWTH = 1.05;

/** What a command printed as one JSON document; undefined where it is none. */
function parsed(text) {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** What the limit's keeper and the kernel say of a run. */
function limitProblems({ died, passed, kernelPeak, exit }, hard, most) {
  const mib = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;
  return [
    died && `killed at its hard limit of ${mib(hard)}`,
    passed && `the kernel saw ${mib(kernelPeak)} resident, above the hard limit of ${mib(hard)}`,
    !died && exit > most && `exit ${exit}`,
  ].filter(Boolean);
}

/** One scan of ours: its report, and what is wrong with it. `modules` and `client` are what must be found, where that is known. */
export function judged(said, { limit, hard, modules, client }) {
  const report = parsed(said.output);
  const problems = limitProblems(said, hard, 1);
  if (!report) return { problems: [...problems, "no report"] };
  const { stats, complete, clientFiles } = report;
  return {
    report,
    problems: [
      ...problems,
      !complete && "not complete",
      stats.filesRead !== stats.modules && `${stats.filesRead} files read for ${stats.modules} modules`,
      modules !== undefined && stats.modules !== modules && `${stats.modules} modules, not ${modules}`,
      client !== undefined && clientFiles.length !== client && `${clientFiles.length} client files, not ${client}`,
      stats.memory.peak > limit && "the ledger passed the limit",
    ].filter(Boolean),
  };
}

/** The problems of several runs, each named once. */
export function together(runs) {
  const times = new Map();
  for (const problem of runs.flat()) times.set(problem, (times.get(problem) ?? 0) + 1);
  return [...times].map(([problem, count]) => (runs.length > 1 ? `${problem} (${count} of ${runs.length} runs)` : problem));
}

/** The last third's median over the first third's. */
export function growth(values) {
  const third = Math.max(1, Math.floor(values.length / 3));
  return median(values.slice(-third)) / median(values.slice(0, third));
}

/** What a session held after each of its scans, and what is wrong with that. */
export function sessionOf(said, { hard, modules }) {
  const lines = (said.output ?? "").trim().split("\n").map(parsed).filter(Boolean);
  const resident = lines.map((line) => line.resident);
  const problems = limitProblems(said, hard, 0).map((problem) => `in a session: ${problem}`);
  if (lines.length === 0) return { problems: [...problems, "in a session: nothing was told"] };
  const other = lines.find((line) => line.modules !== modules);
  if (other) problems.push(`in a session: ${other.modules} modules, not ${modules}`);
  // The first scans fill what the allocator keeps.
  const ratio = growth(resident.slice(Math.min(2, resident.length - 1)));
  if (ratio > GROWTH) problems.push(`a session grew by ${ratio.toFixed(3)}`);
  return { resident, growth: ratio, problems };
}

/** How a run ended. An exit status of at most `most` is a good end. */
export function outcomeOf({ died, passed, late, exit }, seconds, most = 0) {
  if (died) return "killed";
  if (passed) return "passes the limit between two samples";
  if (late) return `not done after ${seconds} s`;
  return exit > most ? `fails: exit ${exit}` : "lives";
}
