// In the place of rwsdk's own module of this name (dist/vite/runDirectivesScan.mjs): the same parameters, the
// same effects on the two sets, the same spelling of keys.
import { createScanner } from "../vite/scanner.mjs";
import { fileOf, idOf } from "../vite/maps.mjs";

const asArray = (value) => (Array.isArray(value) ? value : typeof value === "string" ? [value] : Object.values(value ?? {}));

function entriesOf(environments, entries) {
  const { build } = environments.worker.config;
  return asArray(entries ?? build?.rolldownOptions?.input ?? build?.rollupOptions?.input);
}

function failure(error) {
  return new Error(
    `RedwoodSDK: Directive scan failed: ${error.message}\n\n` +
      `For detailed troubleshooting steps, see: https://docs.rwsdk.com/guides/troubleshooting#directive-scan-errors`,
    { cause: error },
  );
}

// rwsdk's plugin answers every import before esbuild does, so `esbuildOptions` never had a say in what is
// found; here they have none either.
export async function runDirectivesScan({ rootConfig, environments, clientFiles, serverFiles, entries }) {
  const files = entriesOf(environments, entries);
  if (files.length === 0) return;
  const scanner = createScanner(
    { ...rootConfig, environments: { worker: environments.worker.config, client: environments.client.config } },
    {
      environments: ["worker", "client"],
      server: "worker",
      entries: { worker: files.filter((entry) => !entry.includes("virtual:")), client: [] },
    },
    { once: true },
  );
  try {
    const report = await scanner.scan({ environments });
    const key = (path) => idOf(fileOf(report, path), rootConfig.root);
    for (const path of report.clientFiles) clientFiles.add(key(path));
    for (const path of report.serverFiles) serverFiles.add(key(path));
    if (!process.env.RWSDK_WORKER_RUN) {
      rootConfig.logger?.info(
        `✔ (rwsdk) ${report.clientFiles.length} "use client" and ${report.serverFiles.length} "use server" modules ` +
          `among ${report.stats.modules}, in ${Math.round(report.stats.elapsedMs)} ms`,
      );
    }
  } catch (error) {
    throw failure(error);
  } finally {
    await scanner.close();
  }
}
