// node --import: rwsdk's scan is ours, and nothing else of rwsdk is another.
import { registerHooks } from "node:module";

const ours = new URL("../../node/rwsdk/index.mjs", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "./runDirectivesScan.mjs" && context.parentURL?.includes("/rwsdk/dist/vite/")
      ? { url: ours, shortCircuit: true }
      : next(specifier, context),
});
