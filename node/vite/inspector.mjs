// /__prologue, in development. What it answers with is loaded with the first request: a server starts without it.

const PREFIX = "/__prologue";
const ROUTES = ["", "/stats", "/report"];

async function serve(project, route, request, response) {
  const { failed, routesOf } = await import("./routes.mjs");
  const [, query] = /^[^?#]*(?:\?([^#]*))?/.exec(request.url);
  try {
    await routesOf(project)[route](response, new URLSearchParams(query));
  } catch (error) {
    failed(response, error);
  }
}

export function inspector(project) {
  const base = new RegExp(`^${project.config.base.replace(/\/$/, "").replace(/[^\w/]/g, "\\$&")}(?=/)`);
  return (request, response, next) => {
    const [place] = /^[^?#]*/.exec(request.url ?? "");
    const path = place.replace(/\/$/, "").replace(base, "");
    const route = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : undefined;
    return ROUTES.includes(route) ? serve(project, route, request, response) : next();
  };
}
