// One session for one Vite configuration.
import { createRequire } from "node:module";
import { createAsker, mayAsk } from "./ask.mjs";
import { scanOptions } from "./config.mjs";
import { patternAliases } from "./patterns.mjs";
import { installationState } from "./outside.mjs";

const { createSession } = createRequire(import.meta.url)("../index.cjs"); // at half the cost of an import

const MOST_PASSES = 32; // an alias may lead to what another one speaks of; never this often
const NOBODY = { asksSomeone: false, failures: () => [], filesBehind: async () => [] };

// `once`: there will be one scan. What it read is kept for none, unless aliases make several passes of it.
export function createScanner(config, options = {}, { once = false } = {}) {
  const { request, patterns, server, virtual } = scanOptions(config, options);
  const session = createSession({ memoryLimit: options.memoryLimit, threads: options.threads, cache: !once || patterns.length > 0 });
  session.catch(() => {}); // told to whoever scans
  const ask = options.plugins ?? "unresolved";
  let asker;
  let installed;
  let begun; // the first scan, where it was not waited for

  // Other plugins' answers may differ from scan to scan.
  async function entriesNow() {
    const entries = {};
    for (const [name, files] of Object.entries(request.entries)) {
      entries[name] = [...new Set([...files, ...(await asker.filesBehind(virtual[name], name))])];
    }
    return entries;
  }

  // `environments`: of a server or a builder, which know their plugins.
  async function scan({ edges = false, signal, environments } = {}) {
    const opened = await session;
    asker ??= ask === false ? NOBODY : await createAsker(config, Object.keys(request.environments), environments);
    const entries = asker.asksSomeone ? await entriesNow() : request.entries;
    const extra = [];
    const state = installationState(config.root);
    // The session takes a watcher's word for what it was not told of; nobody tells of installed packages.
    let verify = installed === undefined || installed === state ? "auto" : true;
    installed = state;
    const withEdges = edges || patterns.length > 0;
    let early = withEdges || asker.asksSomeone ? undefined : begun;
    begun = undefined;
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const report = await (early ?? opened.scan({
        ...request,
        entries,
        ...(asker.asksSomeone ? asker.hooks({ all: ask === "all" }) : {}),
        alias: [...extra, ...request.alias],
        edges: withEdges,
        verify,
        signal,
      }));
      early = undefined;
      verify = false; // in the passes of one scan nothing has changed
      const found = patternAliases(report, patterns, extra);
      if (found.length === 0) return report;
      extra.unshift(...found);
    }
    throw new Error("prologue: aliases answer one another without an end");
  }

  return {
    request,
    server,
    scan,
    // The first scan goes on while Vite does; not where plugins are asked, who are not ready yet.
    begin() {
      if (patterns.length > 0 || (ask !== false && mayAsk(config))) return;
      begun = session.then((opened) => opened.scan(request));
      begun.catch(() => {}); // told to whoever scans
    },
    failures: () => asker?.failures() ?? [], // of plugins that were asked
    invalidate: async (files) => (await session).invalidate(files),
    stats: async () => (await session).stats(),
    close: () =>
      session.then(
        (opened) => opened.close(),
        () => {},
      ),
  };
}
