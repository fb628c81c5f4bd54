import path from "node:path";
import { build } from "esbuild";
import { counting, environments, measure, root, sources } from "./app.mjs";

await measure("esbuild-split", ["esbuild"], async () => {
  const { metafile } = await build({
    ...environments.server,
    entryPoints: sources(),
    absWorkingDir: root,
    outdir: path.join(root, "out"),
    platform: "node",
    format: "esm",
    bundle: true,
    splitting: true,
    write: false,
    metafile: counting,
    logLevel: "silent",
  });
  return { modules: metafile && Object.keys(metafile.inputs).length };
});
