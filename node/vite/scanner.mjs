// One session for one Vite configuration.
import { createSession } from "../index.mjs";
import { scanOptions } from "./config.mjs";
import { patternAliases } from "./patterns.mjs";

const MOST_PASSES = 16; // a regular expression may name what another one has replaced; never this often

export function createScanner(config, options = {}) {
  const { request, patterns, server } = scanOptions(config, options);
  const session = createSession({ memoryLimit: options.memoryLimit, threads: options.threads });
  session.catch(() => {}); // told to whoever scans

  async function scan({ edges = false, signal } = {}) {
    const opened = await session;
    const extra = [];
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const report = await opened.scan({
        ...request,
        alias: [...extra, ...request.alias],
        edges: edges || patterns.length > 0,
        signal,
      });
      const found = patternAliases(report, patterns, extra);
      if (found.length === 0) return report;
      extra.unshift(...found);
    }
    throw new Error("prologue: regular expressions among the aliases replace one another without an end");
  }

  return {
    request,
    server,
    scan,
    invalidate: async (files) => (await session).invalidate(files),
    stats: async () => (await session).stats(),
    close: async () => session.then((opened) => opened.close(), () => {}),
  };
}
