import { createFromReadableStream } from "@vitejs/plugin-rsc/ssr";
import { use } from "react";
import type { ReactNode } from "react";
import { renderToReadableStream } from "react-dom/server.edge";

type Payload = { root: ReactNode };

export async function renderHtml(flight: ReadableStream<Uint8Array>): Promise<ReadableStream> {
  let payload: Promise<Payload> | undefined;
  const Page = () => use((payload ??= createFromReadableStream<Payload>(flight))).root;
  const bootstrapScriptContent = await import.meta.viteRsc.loadBootstrapScriptContent("index");
  return renderToReadableStream(<Page />, { bootstrapScriptContent });
}
