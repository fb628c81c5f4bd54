// What /__prologue and what is below it answer.
import { chainTo, chainsOf } from "./chains.mjs";
import { packageOf } from "./packages.mjs";
import { page } from "./page.mjs";

const answer = (response, type, text, status = 200) => {
  response.statusCode = status;
  response.setHeader("Content-Type", `${type}; charset=utf-8`);
  response.setHeader("Cache-Control", "no-store");
  response.end(text);
};

// Every directive module with the chain of imports that leads to it, for each of its environments.
async function modules(project) {
  const report = await project.withEdges();
  const chains = chainsOf(report, project.scanner.request.directives);
  const client = new Set(report.clientFiles);
  const server = new Set(report.serverFiles);
  return report.modules
    .filter(({ path }) => client.has(path) || server.has(path))
    .map(({ path, environments, directives }) => ({
      path,
      kind: client.has(path) ? "client" : "server",
      package: packageOf(path) ?? null,
      line: directives[0]?.line,
      environments,
      why: chainTo(chains, path, environments[0]),
    }));
}

// With `?scan` after one more scan, which compares what the session kept with the disk.
async function stats(project, query) {
  if (query.has("scan")) await project.scan();
  const { report, history, failure } = project;
  return {
    ...(await project.scanner.stats()),
    history: history.samples,
    clientFiles: report?.clientFiles.length ?? 0,
    serverFiles: report?.serverFiles.length ?? 0,
    versions: project.versions,
    failure: failure?.message ?? null,
  };
}

const json = (response, value) => answer(response, "application/json", JSON.stringify(value));

export const routesOf = (project) => ({
  "": (response) => answer(response, "text/html", page(project.config)),
  "/stats": async (response, query) => json(response, await stats(project, query)),
  "/report": async (response) => {
    await project.settled();
    json(response, { diagnostics: project.report?.diagnostics ?? [], modules: await modules(project) });
  },
});

export const failed = (response, error) => answer(response, "text/plain", error.message, 500);
