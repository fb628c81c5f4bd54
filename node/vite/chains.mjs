// Why a module is in a report: the imports that lead to it from where the walk began.
// Made from a report with edges; nodes are "environment\0path".
const node = (environment, path) => `${environment}\0${path}`;
const isScript = (target) => typeof target === "string" && target !== "ignored" && !target.startsWith("external:");

function directiveEnvironments(report, directives) {
  const switches = new Map();
  for (const module of report.modules) {
    const found = Object.entries(directives).find(
      ([text, environments]) => environments.length > 0 && module.directives.some(({ value }) => value === text),
    );
    if (found) switches.set(module.path, found[1]);
  }
  return switches;
}

// node -> { from, specifier } of the import that reached it first, breadth first; null for a beginning.
export function chainsOf(report, directives) {
  const switches = directiveEnvironments(report, directives);
  const modules = new Map(report.modules.flatMap((module) => module.environments.map((environment) => [node(environment, module.path), module])));
  const reached = new Map();
  const queue = [];
  const reach = (path, environment, via) => {
    for (const to of switches.get(path) ?? [environment]) {
      const key = node(to, path);
      if (!modules.has(key) || reached.has(key)) continue;
      reached.set(key, via);
      queue.push([path, to]);
    }
  };
  for (const { path, environment } of report.entries) reach(path, environment, null);
  const walk = () => {
    for (let at = 0; at < queue.length; at++) {
      const [path, environment] = queue[at];
      for (const { specifier, resolved, line, column } of modules.get(node(environment, path)).imports ?? []) {
        for (const target of [resolved?.[environment]].flat()) {
          if (isScript(target)) reach(target, environment, { path, environment, specifier, line, column });
        }
      }
    }
    queue.length = 0;
  };
  walk();
  // What no entry leads to is there because it stands in a source folder and has a directive.
  for (const path of switches.keys()) {
    reach(path, switches.get(path)[0], null);
    walk();
  }
  return reached;
}

// From the beginning to the module: [{ path, environment, specifier?, line?, column? }], the specifier being
// the one by which the step before it imports it.
export function chainTo(chains, path, environment) {
  const steps = [];
  let via = chains.get(node(environment, path));
  if (via === undefined) return null;
  let step = { path, environment };
  while (via) {
    steps.unshift({ ...step, specifier: via.specifier, line: via.line, column: via.column });
    step = { path: via.path, environment: via.environment };
    via = chains.get(node(via.environment, via.path));
  }
  steps.unshift(step);
  return steps;
}
