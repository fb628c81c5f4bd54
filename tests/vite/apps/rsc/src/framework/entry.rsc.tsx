import { decodeReply, loadServerAction, renderToReadableStream } from "@vitejs/plugin-rsc/rsc";
import { Root } from "../root";

async function answer(request: Request): Promise<unknown> {
  const id = request.headers.get("x-action");
  if (request.method !== "POST" || !id) return undefined;
  const action = await loadServerAction(id);
  return action.apply(null, await decodeReply(await request.text()));
}

export default async function handler(request: Request): Promise<Response> {
  const returned = await answer(request);
  const stream = renderToReadableStream({ root: <Root />, returned });
  if (new URL(request.url).searchParams.has("flight") || request.method === "POST") {
    return new Response(stream, { headers: { "content-type": "text/x-component" } });
  }
  const ssr = await import.meta.viteRsc.loadModule<typeof import("./entry.ssr")>("ssr", "index");
  return new Response(await ssr.renderHtml(stream), { headers: { "content-type": "text/html" } });
}
