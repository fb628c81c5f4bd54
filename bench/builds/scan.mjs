// In the place of rwsdk's scan: rwsdk's, or ours, told of alike.
import { begin, tell } from "./marks.mjs";

const scans = {
  rwsdk: new URL(import.meta.url).searchParams.get("theirs"),
  prologue: new URL("../../node/rwsdk/index.mjs", import.meta.url).href,
};

export async function runDirectivesScan(given) {
  begin("scan");
  const { runDirectivesScan: scan } = await import(scans[process.env.PROLOGUE_BENCH_SCAN]);
  await scan(given);
  tell({ clientFiles: given.clientFiles.size, serverFiles: given.serverFiles.size });
}
