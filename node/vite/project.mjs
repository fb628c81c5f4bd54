// What is known of one application: the last report, the maps made of it, and the scan that is under way.
import { idOf, KINDS, mapOf, sameMap } from "./maps.mjs";
import { createHistory } from "./history.mjs";
import { viteError } from "./frame.mjs";
import { createScanner } from "./scanner.mjs";

export function createProject(config, options, log) {
  const scanner = createScanner(config, options);
  const listeners = new Set();
  let environments; // of the development server
  const name = options.moduleId ?? ((file) => idOf(file, config.root));
  let running = Promise.resolve();
  let asked = 0;
  let done = 0;

  const project = {
    config,
    scanner,
    report: undefined,
    failure: undefined,
    started: undefined, // the first scan
    pending: undefined, // what a watcher has named and no scan has been told yet
    maps: { client: new Map(), server: new Map() },
    versions: { client: Date.now(), server: Date.now() }, // later ones are greater, after a restart of the server too
    history: createHistory(),

    // Scans of one project are queued. `changed` are the files that a watcher has named since the last one;
    // `after` is waited for.
    scan(request = {}) {
      environments = request.environments ?? environments;
      const turn = ++asked;
      const scanned = Promise.all([running, request.after]).then(() => run(request.changed));
      running = scanned.then(
        () => (done = turn),
        () => (done = turn),
      );
      return scanned;
    },

    // When no scan is waiting: the maps then hold all that was known when it was asked.
    async settled() {
      project.pending?.flush();
      while (done < asked) await running;
    },

    errorOf: (diagnostic) => viteError(diagnostic, project.report.root),
    errors: () => (project.report?.diagnostics ?? []).filter(({ severity }) => severity === "error"),

    onScan: (listener) => (listeners.add(listener), () => listeners.delete(listener)),

    // A report of its own, with every import; for pages and tools, not for the maps.
    withEdges: () => scanner.scan({ edges: true, environments }),

    async release() {
      project.pending?.stop();
      await running.catch(() => {});
      await scanner.close();
    },
  };

  async function run(changed) {
    if (changed?.length) await scanner.invalidate(changed);
    let report;
    try {
      report = await scanner.scan({ environments });
    } catch (error) {
      project.failure = error;
      log.failed(error);
      for (const listener of listeners) listener({ error, updated: [] });
      throw error;
    }
    const before = project.report;
    project.failure = undefined;
    project.report = report;
    project.history.add(report.stats);
    const updated = KINDS.filter((kind) => {
      const map = mapOf(report, kind, name);
      if (before && sameMap(map, project.maps[kind])) return false;
      project.maps[kind] = map;
      project.versions[kind]++;
      return true;
    });
    log.scanned(report, before);
    log.unanswered(scanner.failures());
    for (const listener of listeners) listener({ report, updated });
    return report;
  }

  return project;
}
