// Hook filters: `filter.id` as a text, an expression, a list, or { include, exclude }, by Vite's rules; and the
// composed ones of @rolldown/pluginutils.
import { isAbsolute, join } from "node:path";

const CLEAN = /[?#].*$/;
const slashes = (text) => text.replace(/\\/g, "/");
const asArray = (value) => (value == null ? [] : Array.isArray(value) ? value : [value]);

function matches(pattern, text) {
  if (!(pattern instanceof RegExp)) return pattern === text;
  pattern.lastIndex = 0;
  return pattern.test(text);
}

function tester(pattern, cwd, glob) {
  if (pattern instanceof RegExp) return (id) => matches(pattern, slashes(id));
  return glob(pattern.startsWith("**") || isAbsolute(pattern) ? slashes(pattern) : slashes(join(cwd, pattern)));
}

function listed(filter, cwd, glob) {
  const plain = typeof filter === "string" || filter instanceof RegExp || Array.isArray(filter);
  const [include, exclude] = [plain ? filter : filter.include, plain ? undefined : filter.exclude].map((patterns) =>
    asArray(patterns).map((pattern) => tester(pattern, cwd, glob)),
  );
  return (id) => !exclude.some((one) => one(id)) && (include.length === 0 || include.some((one) => one(id)));
}

const EXPRESSIONS = {
  and: ({ args }, id) => args.every((one) => holds(one, id)),
  or: ({ args }, id) => args.some((one) => holds(one, id)),
  not: ({ expr }, id) => !holds(expr, id),
  id: ({ pattern, params }, id) => matches(pattern, params?.cleanUrl ? id.replace(CLEAN, "") : id),
};

const holds = (node, id) => EXPRESSIONS[node.kind](node, id);
const isComposed = (filter) => Array.isArray(filter) && filter.every((one) => one && typeof one === "object" && "expr" in one);
const isKnown = ({ kind, expr, args = [] }) => kind in EXPRESSIONS && [...args, ...(expr ? [expr] : [])].every(isKnown);

// The first that holds decides; where none does, whether nothing has to.
function composed(nodes) {
  if (!nodes.every(({ expr }) => isKnown(expr))) return undefined;
  return (id) => {
    const found = nodes.find(({ expr }) => holds(expr, id));
    return found ? found.kind === "include" : !nodes.some(({ kind }) => kind === "include");
  };
}

// Whether a hook is to be called for an id; undefined where nothing is filtered by that. `glob` makes a test of a
// glob.
export function idFilter(hook, cwd, glob) {
  const filter = typeof hook === "object" && hook ? hook.filter : undefined;
  if (isComposed(filter)) return composed(filter);
  return filter?.id == null ? undefined : listed(filter.id, cwd, glob);
}
