// node --import: rwsdk's build and its scan are called through ours, which tell when. Nothing else of rwsdk is another.
import { registerHooks } from "node:module";

const wrapped = { "./buildApp.mjs": "./steps.mjs", "./runDirectivesScan.mjs": "./scan.mjs" };

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (!wrapped[specifier] || !context.parentURL?.includes("/rwsdk/dist/vite/")) return found;
    const url = new URL(wrapped[specifier], import.meta.url);
    url.searchParams.set("theirs", found.url);
    return { url: url.href, shortCircuit: true };
  },
});
