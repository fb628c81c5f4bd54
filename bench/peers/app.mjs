// What every driver needs: the application, its sources, the options of both environments, one line of output.
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = realpathSync(process.argv[2] ?? ".");
/** Counting modules costs some tools time, so it is asked for in a run of its own. */
export const counting = process.argv.includes("--count");
const at = process.argv.indexOf("--entry");
export const entry = path.join(root, at > 0 ? process.argv[at + 1] : "src/worker.tsx");
export const modules = fileURLToPath(new URL("../node_modules", import.meta.url));

export const script = /\.(?:[cm]?[jt]s|[jt]sx|mdx)$/;
export const extensions = [".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx", ".json"];
export const environments = {
  server: {
    conditions: ["react-server", "node", "module", "production"],
    mainFields: ["module", "jsnext:main", "jsnext", "main"],
  },
  client: {
    conditions: ["browser", "module", "production"],
    mainFields: ["browser", "module", "jsnext:main", "jsnext", "main"],
  },
};

export function sources() {
  return readdirSync(path.join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && script.test(item.name) && !/\.d\.[cm]?ts$/.test(item.name))
    .map((item) => path.join(item.parentPath ?? item.path, item.name))
    .sort();
}

export function version(name) {
  return JSON.parse(readFileSync(path.join(modules, name, "package.json"), "utf8")).version;
}

/** Times `scan`, which answers how many modules it visited, where it knows, and what else is to be printed. */
export async function measure(tool, packages, scan) {
  const start = performance.now();
  const { modules: count = null, ...rest } = await scan();
  const elapsedMs = Number((performance.now() - start).toFixed(3));
  const versions = packages.map(version).join(" + ");
  console.log(JSON.stringify({ tool, version: versions, modules: count, elapsedMs, ...rest }));
}
