// Types of the virtual modules: add "prologue/vite/modules" to `types` of a tsconfig.json.
declare module "virtual:prologue/client" {
  type Modules = Record<string, () => Promise<Record<string, unknown>>>;
  /** One object for the life of the page: in development keys come and go in it. */
  export const modules: Modules;
  /** After each change. Returns what ends it. */
  export function subscribe(listener: (modules: Modules, version: number) => void): () => void;
  export default modules;
}

declare module "virtual:prologue/server" {
  export { default, modules, subscribe } from "virtual:prologue/client";
}
