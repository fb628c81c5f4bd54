// The modules with a directive, as maps from an id to a lazy import, and their code.
import { isAbsolute, relative, resolve, sep } from "node:path";

export const KINDS = ["client", "server"];
export const publicName = (kind) => `virtual:prologue/${kind}`;
export const resolvedName = (kind) => `\0virtual:prologue/${kind}`;
export const kindOf = (id) => KINDS.find((kind) => id === publicName(kind) || id === resolvedName(kind));

const slashes = (path) => path.replace(/\\/g, "/");

// Inside the root `/src/a.tsx`, outside of it the whole path: how Vite, and frameworks on it, spell modules.
export function idOf(file, root) {
  if (OF_A_PLUGIN.test(file)) return file;
  if (file.startsWith(`${root}/`)) return file.slice(root.length);
  const inside = slashes(relative(root, file));
  return inside.startsWith("..") || isAbsolute(inside) ? slashes(file) : `/${inside}`;
}

const OF_A_PLUGIN = /^(?:virtual:|\0)/; // an id that is no path

// A report's paths are relative to its root, which is a real path; Vite's root may be a link to it. Below the root they
// are normal, and there are hundreds: what resolve() makes of them is plain.
export function fileOf({ root }, path) {
  if (OF_A_PLUGIN.test(path)) return path;
  return sep === "/" && root !== "/" && !path.startsWith("../") ? `${root}/${path}` : resolve(root, path);
}

export function filesOf(report, kind) {
  const paths = kind === "client" ? report.clientFiles : report.serverFiles;
  return paths.map((path) => fileOf(report, path));
}

export function mapOf(report, kind, name = (file) => idOf(file, report.root)) {
  return new Map(filesOf(report, kind).map((file) => [name(file), file]));
}

export const sameMap = (a, b) => a.size === b.size && [...a].every(([id, file]) => b.get(id) === file);

const entry = ([id, file]) => `  ${JSON.stringify(id)}: () => import(${JSON.stringify(slashes(file))}),\n`;

export function buildCode(map) {
  return `export const modules = {\n${[...map].map(entry).join("")}};\nexport const subscribe = () => () => {};\nexport default modules;\n`;
}

// In development the object stays the same one: whoever has imported it sees what is added and what is gone.
// What is sent on start tells the server which version arrived, so that an update which the server made while
// the module was on its way is made up for.
export function serveCode(map, kind, version) {
  return `const next = {\n${[...map].map(entry).join("")}};
const state = import.meta.hot?.data.state ?? { modules: {}, version: 0, listeners: new Set() };
if (import.meta.hot) import.meta.hot.data.state = state;
if (${version} >= state.version) {
  state.version = ${version};
  for (const id of Object.keys(state.modules)) if (!(id in next)) delete state.modules[id];
  for (const id of Object.keys(next)) state.modules[id] = next[id];
  for (const listener of state.listeners) listener(state.modules, state.version);
}
export const modules = state.modules;
export const subscribe = (listener) => (state.listeners.add(listener), () => state.listeners.delete(listener));
export default modules;
if (import.meta.hot) {
  import.meta.hot.accept(); // spelled out: Vite looks for this text
  import.meta.hot.send("prologue:version", { kind: ${JSON.stringify(kind)}, version: state.version });
}
`;
}
