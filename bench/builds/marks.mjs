// What a build says of itself: where its phases begin, one JSON line each.
import { appendFileSync } from "node:fs";

const file = process.env.PROLOGUE_BENCH_MARKS;

const say = (what) => appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...what })}\n`);

export const begin = (phase) => say({ begin: phase });
export const tell = (facts) => say({ facts });
