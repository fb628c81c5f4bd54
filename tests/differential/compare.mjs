// What every differential of the readers shares: asking `prologue inspect`, and comparing its lines with
// the truth in the terms of reader_oxc.mjs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

// One object for each of the files, as it comes. Throws where the program dies.
export async function* inspect(files, { binary, args = [] }) {
  const folder = mkdtempSync(join(tmpdir(), "prologue-reader-"));
  const list = join(folder, "files");
  writeFileSync(list, files.join("\n") + "\n");
  try {
    const child = spawn(binary, ["inspect", ...args, "--files-from", list], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "close");
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
    const [status, signal] = await ended;
    if (signal || status > 1) throw new Error(`${binary} ended with ${signal ?? status}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// UTF-16 offset -> what `inspect` says of it. Asked in rising order.
function locator(source) {
  let at = 0, byte = 0, line = 1, column = 1;
  const step = () => {
    const code = source.charCodeAt(at);
    const pair = code >= 0xd800 && code <= 0xdbff && at + 1 < source.length;
    byte += code < 0x80 ? 1 : code < 0x800 ? 2 : pair ? 4 : 3;
    if (code === 10 || code === 0x2028 || code === 0x2029 || (code === 13 && source.charCodeAt(at + 1) !== 10)) {
      line++;
      column = 1;
    } else if (!(at === 0 && code === 0xfeff)) column += pair ? 2 : 1;
    at += pair ? 2 : 1;
  };
  return (offset) => {
    if (offset < at) at = byte = 0, line = column = 1;
    while (at < offset) step();
    return { byte, line, column };
  };
}

function positioned(items, source) {
  const locate = locator(source);
  return items.map((item) => {
    const { byte: start, line, column } = locate(item.start);
    return { ...item, start, end: locate(item.end).byte, line, column };
  });
}

const describe = ({ kind, specifier, value, typeOnly, elided, start, end, line, column, function: name }) =>
  [kind, specifier ?? value, name, typeOnly && "type", elided && "elided", `${start}-${end} ${line}:${column}`]
    .filter((part) => part !== false && part !== undefined)
    .map(String)
    .map((part) => part.toWellFormed?.() ?? part)
    .join(" ");

// What is on one side alone, as often as it is; ours with a plus.
function unmatched(list, ours, theirs) {
  const left = new Map();
  for (const item of theirs) left.set(item, (left.get(item) ?? 0) + 1);
  const added = ours.filter((item) => {
    const count = left.get(item) ?? 0;
    left.set(item, Math.max(0, count - 1));
    return count === 0;
  });
  const missing = [...left].flatMap(([item, count]) => Array(count).fill(item));
  return [...added.map((item) => `  + ${list} ${item}`), ...missing.map((item) => `  - ${list} ${item}`)];
}

// What an `inspect` line and `expected()` do not agree on, as lines.
export const differences = (seen, truth, source) =>
  ["directives", "functionDirectives", "imports"].flatMap((list) => unmatched(list, seen[list].map(describe), positioned(truth[list], source).map(describe)));

export const isUncertain = ({ diagnostics }) => diagnostics.some(({ code }) => code === "not-certain");
