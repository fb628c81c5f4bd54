// Memory and time of the last scans, for the page.
const LONGEST = 500;

export function createHistory() {
  const samples = [];
  return {
    samples,
    add(stats) {
      samples.push({
        at: Date.now(),
        scan: stats.scan,
        elapsedMs: stats.elapsedMs,
        modules: stats.modules,
        filesRead: stats.filesRead,
        hitRate: stats.hitRate,
        current: stats.memory.current,
        peak: stats.memory.peak,
        resident: process.memoryUsage.rss(),
      });
      if (samples.length > LONGEST) samples.shift();
    },
  };
}
