// prologue(options): the scan as a Vite plugin, for Vite 6, 7 and 8.
import { createApi } from "./api.mjs";
import { inspector } from "./inspector.mjs";
import { createLog } from "./log.mjs";
import { buildCode, kindOf, resolvedName, serveCode } from "./maps.mjs";
import { createProject } from "./project.mjs";
import { connect } from "./serve.mjs";

export function prologue(options = {}) {
  let config;
  let project;
  let isPreview = false;
  const changed = new Set(); // of a build that watches
  const api = createApi();

  // One scan for all environments of a build: whoever comes first starts it.
  const start = (environments) => (project.started ??= project.scan({ environments }));

  return {
    name: "prologue",
    enforce: "pre",
    sharedDuringBuild: true,
    api,

    config(_, env) {
      isPreview = Boolean(env.isPreview);
    },

    configResolved(resolved) {
      config = resolved;
      project = createProject(resolved, options, createLog(resolved.logger));
      api.configured(project);
      if (config.command === "serve" && !isPreview) project.scanner.begin();
    },

    configureServer(server) {
      connect(server, project, options);
      server.middlewares.use(inspector(project));
      start(server.environments).catch(() => {}); // told in the log and in the overlay
    },

    watchChange(file) {
      changed.add(file);
    },

    // A server that is about to listen waits here, before its dependency optimiser and the other plugins start.
    buildStart: {
      order: "pre",
      sequential: true,
      async handler() {
        if (config.command !== "build") return project.started?.catch(() => {});
        if (changed.size > 0) {
          project.started = project.scan({ changed: [...changed] });
          changed.clear();
        }
        const report = await start();
        const error = options.failOnError === false ? undefined : report.diagnostics.find(({ severity }) => severity === "error");
        if (error) this.error(project.errorOf(error));
      },
    },

    resolveId: (id) => {
      const kind = kindOf(id);
      return kind && resolvedName(kind);
    },

    async load(id) {
      const kind = kindOf(id);
      if (!kind) return undefined;
      await (config.command === "build" ? start() : project.settled());
      const map = project.maps[kind];
      return config.command === "build" ? buildCode(map) : serveCode(map, kind, project.versions[kind]);
    },

    async closeBundle() {
      if (config.command === "serve" || !config.build.watch) await project.release();
    },

    closeWatcher: () => project.release(),
  };
}

export default prologue;
