import { createFromFetch, encodeReply, setServerCallback } from "@vitejs/plugin-rsc/browser";
import { startTransition } from "react";
import type { ReactNode } from "react";
import { hydrateRoot } from "react-dom/client";

type Payload = { root: ReactNode; returned?: unknown };

const first = await createFromFetch<Payload>(fetch("?flight"));
const root = hydrateRoot(document, first.root);

setServerCallback(async (id: string, args: unknown[]) => {
  const body = await encodeReply(args);
  const answer = fetch("", { method: "POST", headers: { "x-action": id }, body });
  const payload = await createFromFetch<Payload>(answer);
  startTransition(() => root.render(payload.root));
  return payload.returned;
});
