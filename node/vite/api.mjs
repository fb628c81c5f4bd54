// What other plugins see: `plugins.find(({ name }) => name === "prologue").api`.
import { directivePackages } from "./packages.mjs";

export function createApi() {
  let project;
  let announce;
  const ready = new Promise((resolve) => (announce = resolve));
  const known = () => {
    if (!project) throw new Error("prologue: the configuration is not resolved yet");
    return project;
  };

  return {
    configured(created) {
      project = created;
      const stop = project.onScan(({ report }) => {
        if (!report) return;
        stop();
        announce(report);
      });
    },

    ready,
    report: () => project?.report,

    async references() {
      const current = known();
      await (current.started ?? ready);
      await current.settled();
      const { maps, report } = current;
      return { client: new Map(maps.client), server: new Map(maps.server), report };
    },

    subscribe: (listener) => known().onScan(({ report, updated }) => report && listener(report, updated)),

    optimizeDepsExclude: () => (project?.report ? directivePackages(project.report) : []),

    async why(path, environment) {
      const [report, { chainTo, chainsOf }] = await Promise.all([known().withEdges(), import("./chains.mjs")]);
      const chains = chainsOf(report, known().scanner.request.directives);
      const module = report.modules.find((candidate) => candidate.path === path);
      const names = environment ? [environment] : (module?.environments ?? []);
      return names.map((name) => chainTo(chains, path, name)).find(Boolean) ?? null;
    },
  };
}
