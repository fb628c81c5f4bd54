import type { BuildEnvironment, DevEnvironment, ResolvedConfig } from "vite";

export interface DirectivesScanOptions {
  rootConfig: ResolvedConfig;
  /** `worker` and `client` are read. */
  environments: Record<string, BuildEnvironment | DevEnvironment>;
  /** Keys are added; none is taken away. */
  clientFiles: Set<string>;
  serverFiles: Set<string>;
  /** In the place of the worker's build inputs. */
  entries?: string[];
  /** Taken and not used, because rwsdk's own scan does not let it decide anything either. */
  esbuildOptions?: object;
}

/** In the place of rwsdk's function of this name. Rejects with an Error whose `cause` is a PrologueError. */
export function runDirectivesScan(options: DirectivesScanOptions): Promise<void>;
