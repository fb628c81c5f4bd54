// What the scanner cannot answer, asked of the application's plugins, until nothing is left to ask.
//
// A file that a plugin names becomes a beginning of the walk in the environment that asked. A module that is on no
// disk is written below Vite's cache folder and becomes one too; reports name it by its id.
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";

const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx|mdx)$/;
const VIRTUAL = /^external:(?:virtual:|\0)/;
const MAY_BE_VIRTUAL = /["'`](?:virtual:|\\0)/;
const withoutQuery = (id) => id.replace(/[?#].*$/, "");

const isScript = (id) => {
  const file = withoutQuery(id);
  return id === file && isAbsolute(file) && SCRIPT.test(file) && (statSync(file, { throwIfNoEntry: false })?.isFile() ?? false);
};

function* edgesOf(report) {
  for (const { path, imports = [] } of report.modules) {
    for (const { specifier, kind, resolved } of imports) {
      if (kind === "glob") continue;
      for (const [environment, target] of Object.entries(resolved)) yield { path, specifier, kind, environment, target };
    }
  }
}

function* unresolvedOf(report) {
  for (const { code, path, specifier, environment } of report.diagnostics) {
    if (code === "unresolved-import" && specifier && environment) yield { path, specifier, kind: "import", environment, target: null };
  }
}

export async function mayNameVirtual(files) {
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return texts.some((text) => MAY_BE_VIRTUAL.test(text));
}

const keyOf = ({ environment, specifier, importer }) => `${environment}\0${importer}\0${specifier}`;

export function createSettler({ asker, folder, all = false }) {
  const entries = new Map(); // environment -> files
  const virtual = new Map(); // file below `folder` -> id
  const asked = new Set();
  let fresh = []; // files that the session has not been told of
  const answered = new Set(); // of unresolved imports

  const begin = (environment, file) => {
    if (!entries.has(environment)) entries.set(environment, new Set());
    const files = entries.get(environment);
    return files.has(file) ? false : Boolean(files.add(file));
  };

  const wanted = ({ target }) => all || target === null || VIRTUAL.test(target);

  function questions(report, withEdges) {
    const found = new Map();
    for (const edge of withEdges ? edgesOf(report) : unresolvedOf(report)) {
      if (!wanted(edge)) continue;
      const file = resolve(report.root, edge.path);
      const importer = virtual.get(file) ?? file;
      const question = { specifier: edge.specifier, importer, environment: edge.environment, kind: "import-statement", edge };
      if (!asked.has(keyOf(question))) found.set(keyOf(question), question);
    }
    return found;
  }

  async function write(id, environment, code) {
    const name = createHash("sha256").update(`${environment}\0${id}`).digest("hex").slice(0, 16);
    const file = join(folder, `${name}.tsx`);
    await mkdir(folder, { recursive: true });
    await writeFile(file, code);
    virtual.set(file, id);
    fresh.push(file);
    return file;
  }

  async function take({ environment, edge }, answer) {
    if (!answer) return false;
    if (edge.target === null) answered.add(`${environment}\0${edge.specifier}`);
    if (answer.external) return false;
    if (isScript(answer.id)) return begin(environment, answer.id);
    if (isAbsolute(answer.id) && !answer.id.includes("\0") && edge.target !== null && !VIRTUAL.test(edge.target)) return false;
    const code = await asker.load(answer.id, environment);
    return code == null ? false : begin(environment, await write(answer.id, environment, code));
  }

  return {
    entries: () => Object.fromEntries([...entries].map(([environment, files]) => [environment, [...files]])),
    // Whether a further pass finds more.
    async ask(report, withEdges) {
      const found = questions(report, withEdges);
      if (found.size === 0) return false;
      const batch = [...found.values()];
      for (const key of found.keys()) asked.add(key);
      const answers = await asker.resolve(batch.map(({ edge, ...question }) => question));
      let more = false;
      for (let at = 0; at < batch.length; at++) more = (await take(batch[at], answers[at])) || more;
      return more;
    },
    written() {
      const files = fresh;
      fresh = [];
      return files;
    },
    used: () => entries.size > 0,
    view: (report) => (entries.size > 0 || answered.size > 0 ? viewOf(report, { virtual, answered, entries }) : report),
    clean: () => rm(folder, { recursive: true, force: true }),
  };
}

// The report as it would be if the scanner had known the answers.
function viewOf(report, { virtual, answered, entries }) {
  const named = new Map([...virtual].map(([file, id]) => [relative(report.root, file).replace(/\\/g, "/"), id]));
  const name = (path) => named.get(path) ?? path;
  const began = new Set([...entries].flatMap(([environment, files]) => [...files].map((file) => `${environment}\0${relative(report.root, file)}`)));
  const isAnswered = ({ code, environment, specifier }) => code === "unresolved-import" && answered.has(`${environment}\0${specifier}`);
  const view = {
    get clientFiles() {
      return report.clientFiles.map(name);
    },
    get serverFiles() {
      return report.serverFiles.map(name);
    },
    get modules() {
      return report.modules.map((module) => (named.has(module.path) ? { ...module, path: name(module.path) } : module));
    },
    get diagnostics() {
      return report.diagnostics.filter((one) => !isAnswered(one));
    },
    get entries() {
      return report.entries.filter(({ path, environment }) => !began.has(`${environment}\0${path}`) || named.has(path)).map((entry) => ({ ...entry, path: name(entry.path) }));
    },
    toJSON: () => ({ ...report.toJSON(), clientFiles: view.clientFiles, serverFiles: view.serverFiles, modules: view.modules, diagnostics: view.diagnostics, entries: view.entries }),
  };
  for (const key of ["root", "complete", "environments", "stats", "changes"]) {
    Object.defineProperty(view, key, { enumerable: true, get: () => report[key] });
  }
  return view;
}
