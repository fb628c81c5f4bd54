import { scan } from "rolldown/experimental";
import { counting, entry, environments, extensions, measure, root } from "./app.mjs";

const { conditions, mainFields } = environments.server;

let modules;
const count = {
  name: "count",
  buildEnd() {
    modules = [...this.getModuleIds()].filter((id) => !id.startsWith("\0")).length;
  },
};

await measure("rolldown", ["rolldown"], async () => {
  const done = await scan({
    cwd: root,
    input: entry,
    platform: "node",
    resolve: { conditionNames: conditions, mainFields, extensions },
    logLevel: "silent",
    plugins: counting ? [count] : [],
  });
  await done;
  return { modules };
});
