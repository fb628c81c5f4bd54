import { build } from "esbuild";
import { counting, environments, measure, root, sources } from "./app.mjs";

await measure("esbuild", ["esbuild"], async () => {
  const contents = sources().map((file) => `import ${JSON.stringify(file)};`).join("\n");
  const { metafile } = await build({
    ...environments.server,
    stdin: { contents, resolveDir: root },
    absWorkingDir: root,
    platform: "node",
    format: "esm",
    bundle: true,
    write: false,
    metafile: counting,
    logLevel: "silent",
  });
  return { modules: metafile && Object.keys(metafile.inputs).length - 1 };
});
