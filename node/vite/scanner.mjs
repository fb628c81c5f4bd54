// One session for one Vite configuration.
import { join } from "node:path";
import { createSession } from "../index.mjs";
import { createAsker } from "./ask.mjs";
import { scanOptions } from "./config.mjs";
import { patternAliases } from "./patterns.mjs";
import { installationState } from "./outside.mjs";
import { createSettler, mayNameVirtual } from "./settle.mjs";

const MOST_PASSES = 32; // what one pass finds, the next one asks about; never this often
const NOBODY = { asksSomeone: false, failures: () => [] };

const together = (a, b) =>
  Object.fromEntries([...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => [name, [...(a[name] ?? []), ...(b[name] ?? [])]]));

export function createScanner(config, options = {}) {
  const { request, patterns, server } = scanOptions(config, options);
  const session = createSession({ memoryLimit: options.memoryLimit, threads: options.threads });
  session.catch(() => {}); // told to whoever scans
  const folder = join(config.cacheDir, "prologue", `${process.pid}-${Math.random().toString(36).slice(2)}`);
  let asker;
  let installed;
  let helped = true; // whether plugins had an answer; not known before the first scan

  // `environments`: of a server or a builder, which know their plugins. `changed`: files since the last scan.
  async function scan({ edges = false, signal, environments, changed = [] } = {}) {
    const opened = await session;
    const ask = options.plugins ?? "unresolved";
    asker ??= ask === false ? NOBODY : await createAsker(config, Object.keys(request.environments), environments);
    const asks = asker.asksSomeone;
    const whole = asks && (ask === "all" || helped || (await mayNameVirtual(changed)));
    const settler = createSettler({ asker, folder, all: ask === "all" });
    const extra = [];
    const state = installationState(config.root);
    // The session takes a watcher's word for what it was not told of; nobody tells of installed packages.
    let verify = installed === undefined || installed === state ? "auto" : true;
    installed = state;
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const report = await opened.scan({
        ...request,
        alias: [...extra, ...request.alias],
        entries: together(request.entries, settler.entries()),
        edges: edges || whole || patterns.length > 0,
        verify,
        signal,
      });
      verify = false; // in the passes of one scan nothing has changed but what is told
      const found = patternAliases(report, patterns, extra);
      extra.unshift(...found);
      const more = asks && (await settler.ask(report, whole));
      const written = settler.written();
      if (written.length > 0) opened.invalidate(written); // to be told of none says that nothing has changed
      if (found.length > 0 || more) continue;
      helped = settler.used();
      return settler.view(report);
    }
    throw new Error("prologue: aliases or plugins answer one another without an end");
  }

  return {
    request,
    server,
    scan,
    failures: () => asker?.failures() ?? [], // of plugins that were asked
    invalidate: async (files) => (await session).invalidate(files),
    stats: async () => (await session).stats(),
    close: async () => {
      await createSettler({ folder }).clean();
      await session.then(
        (opened) => opened.close(),
        () => {},
      );
    },
  };
}
