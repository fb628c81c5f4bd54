export type ErrorCode =
  | "out-of-memory"
  | "memory-limit"
  | "cancelled"
  | "no-such-root"
  | "no-such-entry"
  | "no-such-source-folder"
  | "invalid-argument"
  | "no-such-environment"
  | "no-such-tsconfig"
  | "file-error"
  | "thread-error"
  | "write-error"
  | "session-closed"
  | "no-binary";

export class PrologueError extends Error {
  readonly name: "PrologueError";
  readonly code: ErrorCode;
  /** The option that is wrong, such as `options.threads`; with `invalid-argument`. */
  readonly option?: string;
  /** What is known, where the scan was cancelled or reached its memory limit: `complete` is false. */
  readonly report?: Report;
}

export interface SessionOptions {
  /** Bytes, or a size such as "256MiB" (the default). */
  memoryLimit?: number | string;
  /** 1 to 256; one for each available processor unless given. */
  threads?: number;
  /** Whether what was read is kept for the next scan; true unless given, but for `scan()`. */
  cache?: boolean;
  /** A file that gets a JSON line at each interval and phase. */
  memoryTrace?: File;
  /** Milliseconds, 10 unless given. */
  memoryInterval?: number;
  /** A file that gets a JSON document when nine tenths of the limit are passed. */
  memoryDump?: File;
  /** To packages and folders, in the trace and in dumps. */
  memoryAttribution?: boolean;
}

export interface EnvironmentOptions {
  /** Those of the environment of this name unless given; none for a new one. */
  conditions?: readonly string[];
  /** Members of a package.json that name its main file, in order. */
  mainFields?: readonly string[];
  /** Whether `browser` maps apply; "auto" (the default): where the conditions hold `browser`. */
  browserMaps?: boolean | "auto";
}

export interface Alias {
  /** The exact specifier, or the part before a `/`. */
  from: string;
  /** An absolute path, a path relative to the root (`./x`), or another specifier. */
  to: string;
  /** In every environment unless given. */
  environment?: string;
}

export interface Pattern {
  pattern: string;
  /** In every environment unless given. */
  environment?: string;
}

export type File = string | URL;

export interface Progress {
  filesRead: number;
  bytesRead: number;
  modules: number;
  pending: number;
  elapsedMs: number;
}

/** An import that the scan asks about. */
export interface Question {
  specifier: string;
  /** The importing file's absolute path, or the id of a module that `load` gave. */
  importer: string;
  environment: string;
  kind: "import" | "export" | "dynamic" | "require";
  /** Native resolution has no answer; false where the filter alone names it. */
  unresolved: boolean;
}

/** An id: the absolute path of a file, or the name of a module that `load` is asked for. `false` and
 * `external`: left as it is written. Nothing: no answer. */
export type Answer = string | { id: string; external?: false } | { external: true } | false | null | undefined | void;

/** JavaScript unless `moduleType` or the id's extension says otherwise. Nothing: not known. */
export type Source = string | { code: string; moduleType?: "js" | "jsx" | "ts" | "tsx" | "mdx" } | null | undefined | void;

/** In a text `*` matches any text; it is matched natively. An expression is tested in JavaScript. */
export type Filter = string | RegExp | readonly (string | RegExp)[];

export type ResolveHook = (batch: Question[]) => Answer[] | Promise<Answer[]>;
export type LoadHook = (id: string, context: { environment?: string }) => Source | Promise<Source>;

export interface ScanOptions {
  /** The working directory unless given. */
  root?: File;
  /** By environment; a list alone starts in `server`. Relative to the root. */
  entries?: File | readonly File[] | Readonly<Record<string, File | readonly File[]>>;
  /** Source folders; ROOT/src where it exists, else ROOT, unless given. */
  sources?: readonly File[];
  /** Changes `server` and `client`, or adds environments, in this order. A list is the conditions. */
  environments?: Readonly<Record<string, readonly string[] | EnvironmentOptions>>;
  /** A condition of the default environments; "production" unless given. */
  mode?: "production" | "development";
  /** The environments that each directive switches to; a text may end in `*`. */
  directives?: Readonly<Record<string, string | readonly string[]>>;
  alias?: Readonly<Record<string, string>> | readonly Alias[];
  /** Specifiers that are not resolved; `*` matches any text. */
  externals?: readonly (string | Pattern)[];
  /** Folders or packages that are not entered; globs. */
  excludes?: readonly (string | Pattern)[];
  /** Used for every importer; the nearest to each importer unless given. Relative to the root. */
  tsconfig?: File;
  preserveSymlinks?: boolean;
  /** Keep TypeScript imports whose names are never used as values. */
  noElide?: boolean;
  /** Whether the modules of the report have `imports`. */
  edges?: boolean;
  /** How the session finds out what has changed. "auto" (the default): it asks the system where that
   * tells, else it compares what it kept with the disk unless `invalidate()` was called since its last
   * scan. `true`: it compares. `false`: what `invalidate()` did not tell has not changed. */
  verify?: boolean | "auto";
  /** Stops the scan, which then rejects with `cancelled` and a partial report. */
  signal?: AbortSignal;
  /** At most every 50 ms. What it throws ends the scan, which rejects with it. */
  onProgress?: (progress: Progress) => void;
  /** Asked about the imports that native resolution cannot answer, virtual modules among them, many at
   * once: an answer for each. A filter names specifiers that are asked first. What it throws ends the scan,
   * which rejects with it. */
  resolve?: ResolveHook | { filter?: Filter; handler: ResolveHook };
  /** Asked for the source of modules that are in no file: ids that `resolve` answered with, and imports that
   * nothing else answers. A filter names paths of files that are asked for before the disk, once, without an
   * environment. */
  load?: LoadHook | { filter?: Filter; handler: LoadHook };
}

export interface Position {
  /** Byte offsets in the file of the text between the quotes. */
  start: number;
  end: number;
  line: number;
  /** 1-based, in UTF-16 units. */
  column: number;
}

export interface Directive extends Position {
  value: string;
}

export interface FunctionDirective extends Directive {
  function: string;
}

export interface Import extends Position {
  specifier: string;
  kind: "import" | "export" | "dynamic" | "require" | "glob";
  /** By environment: a path, `external:SPECIFIER`, `ignored`, null where it does not resolve; of a
   * glob the paths. */
  resolved: Record<string, string | string[] | null>;
}

export interface Module {
  path: string;
  environments: string[];
  directives: Directive[];
  functionDirectives: FunctionDirective[];
  /** With `edges`. */
  imports?: Import[];
}

export interface Diagnostic {
  severity: "error" | "warning" | "info";
  code: string;
  path: string;
  line?: number;
  column?: number;
  environment?: string;
  specifier?: string;
  message: string;
  /** This one and those that it stands for. */
  count: number;
}

/** Bytes. */
export interface MemoryAccount {
  current: number;
  peak: number;
}

export interface Stats {
  modules: number;
  visits: number;
  filesRead: number;
  bytesRead: number;
  readsJoined: number;
  realpathHits: number;
  realpathMisses: number;
  directoriesListed: number;
  grammarFiles: number;
  importsResolved: number;
  unresolved: number;
  cacheHits: number;
  cacheMisses: number;
  /** Hits among hits and misses, 0 to 1. */
  hitRate: number;
  /** The scan's number in its session, from 1; 0 before the first. */
  scan: number;
  /** How often the session lost what it knew. */
  resets: number;
  resetReasons: string[];
  /** What the command line would exit with: 0, 1, 3 or 130. */
  exitCode: number;
  threads: number;
  elapsedMs: number;
  memory: MemoryAccount & { limit: number; subsystems: Record<string, MemoryAccount> };
}

export interface SessionStats extends Stats {
  pid: number;
  /** 0 on the main thread. */
  threadId: number;
  /** The session's number in its thread, from 1. */
  session: number;
  /** When the session was made, ISO 8601. */
  createdAt: string;
}

/** The report, version 1, as plain data. Paths are relative to `root`, arrays are sorted. */
export interface ReportData {
  version: 1;
  tool: string;
  root: string;
  complete: boolean;
  environments: { name: string; conditions: string[] }[];
  entries: { path: string; environment: string }[];
  clientFiles: string[];
  serverFiles: string[];
  modules: Module[];
  diagnostics: Diagnostic[];
  stats: Stats;
}

export interface Changes {
  added: string[];
  removed: string[];
  /** Those whose file, directives or environments are others. */
  changed: string[];
}

/** A snapshot: later scans do not change it. Its parts become objects when they are asked for. */
export interface Report extends Readonly<Omit<ReportData, "version" | "tool">> {
  /** Files of clientFiles and serverFiles beside those of the session's last complete report of
   * this root. */
  readonly changes: Changes;
  toJSON(): ReportData;
}

export interface Session {
  /** Scans of one session run one after the other. */
  scan(options?: ScanOptions): Promise<Report>;
  /** Files and folders that changed, came or went since the last scan, absolute or relative to the
   * working directory. The next scan reads these anew; whether it looks for others is up to `verify`. */
  invalidate(paths: readonly File[]): void;
  /** Of the last scan. */
  stats(): SessionStats;
  /** Cancels what is under way and what waits. */
  close(): Promise<void>;
}

/** Rejects with a PrologueError. */
export function createSession(options?: SessionOptions): Promise<Session>;
/** One session, one scan. */
export function scan(options?: SessionOptions & ScanOptions): Promise<Report>;
