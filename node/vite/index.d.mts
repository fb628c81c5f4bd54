import type { Plugin } from "vite";
import type { Report } from "../index.mjs";

export type Kind = "client" | "server";

export interface PrologueOptions {
  /** The Vite environments that are scanned; all of the configuration's unless given. */
  environments?: readonly string[];
  /** The environment of Server Components, to which "use server" switches. Unless given the first one whose
   * conditions hold `react-server`, else `rsc`, `worker` or `server`, else the first that is not a browser's. */
  server?: string;
  /** Where the walk begins, by environment. Unless given: the build's inputs of each environment, and for the
   * client the scripts of index.html. */
  entries?: Readonly<Record<string, string | readonly string[]>>;
  /** Environments that a directive switches to, added to "use client" and "use server", or in their place. */
  directives?: Readonly<Record<string, readonly string[]>>;
  /** Source folders; ROOT/src where it exists, else ROOT, unless given. */
  sources?: readonly string[];
  /** Specifiers that are not followed, beside `resolve.external`; `*` matches any text. */
  externals?: readonly string[];
  /** Folders or packages that are not entered; globs. */
  excludes?: readonly string[];
  /** For every importer, in the place of the nearest. */
  tsconfig?: string;
  /** What the other plugins' `resolveId` and `load` are asked: about imports that lead nowhere and virtual modules
   * (the default), about all imports, or nothing. */
  plugins?: "unresolved" | "all" | false;
  /** The key of a module in the maps. Unless given: `/src/a.tsx` in the root, else the whole path. */
  moduleId?: (file: string) => string;
  /** Milliseconds without a further change before a scan; 25 unless given. */
  debounce?: number;
  /** Whether a build fails on a diagnostic of severity `error`; true unless given. */
  failOnError?: boolean;
  /** Bytes, or a size such as "256MiB" (the default). */
  memoryLimit?: number | string;
  threads?: number;
}

export interface References {
  /** From the key in the map to the file. */
  client: Map<string, string>;
  server: Map<string, string>;
  report: Report;
}

export interface Step {
  path: string;
  environment: string;
  /** How the step before imports this one, and where; not on the first. */
  specifier?: string;
  line?: number;
  column?: number;
}

export interface PrologueApi {
  /** The first report, once there is one. */
  readonly ready: Promise<Report>;
  /** The last report; undefined before the first. */
  report(): Report | undefined;
  /** When no scan waits or runs: all references that are known then. Rejects where the first scan failed. */
  references(): Promise<References>;
  /** After each scan, with the maps that it changed. Returns what ends it. From `configResolved` on. */
  subscribe(listener: (report: Report, updated: Kind[]) => void): () => void;
  /** The packages that ship directives, for `optimizeDeps.exclude`. */
  optimizeDepsExclude(): string[];
  /** The imports that lead to a module, whose path is the report's; null where none is known. Until the server,
   * or the build, ends. */
  why(path: string, environment?: string): Promise<Step[] | null>;
}

export function prologue(options?: PrologueOptions): Plugin<PrologueApi>;
export default prologue;
