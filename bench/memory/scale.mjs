// Bytes and time for each module against the number of modules.
import { median } from "../table.mjs";

export const AT_MOST = 1.3;

function pointOf({ modules, samples, floor, memory, pathText }) {
  const each = (of, key) => (median(of.map((sample) => sample[key])) * 1000) / modules;
  return {
    modules, us: each(samples, "ms"), cpuUs: each(samples, "cpuMs"), floorCpuUs: each(floor, "cpuMs"),
    bytes: memory.peak / modules, resident: median(samples.map(({ peak }) => peak)) / modules, pathText: pathText / modules,
    subsystems: Object.fromEntries(Object.entries(memory.subsystems).map(([name, { peak }]) => [name, peak / modules])),
  };
}

/**
 * Time is that of a processor, ours and the floor's in turns: the clock tells what other processes did,
 * and at ten thousand modules the start of ours.
 */
export function scaleOf(results) {
  const points = results.filter(({ scale, ours }) => scale && ours?.memory && ours.floor.length > 0).map(({ ours }) => pointOf(ours));
  const [first, last] = [points[0], points.at(-1)];
  if (points.length < 2) return { points, goals: [] };
  const goal = (what, limit, measured, beside) => ({ what, limit, measured, met: measured <= limit, beside });
  const sizes = `${last.modules.toLocaleString("en")} / ${first.modules.toLocaleString("en")}`;
  const floor = last.floorCpuUs / first.floorCpuUs;
  return {
    points,
    goals: [
      goal(`memory for each module at ${sizes}`, AT_MOST, last.bytes / first.bytes),
      goal(`processor time for each module at ${sizes}`, AT_MOST, last.cpuUs / first.cpuUs, `the floor's own: ${floor.toFixed(2)}`),
      goal("bytes for each module beside its path text", 200, last.bytes - last.pathText),
    ],
  };
}
