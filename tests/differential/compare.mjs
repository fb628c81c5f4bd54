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

// A concatenation's span is told loosely: only what it matches is compared.
const describe = ({ kind, specifier, value, typeOnly, elided, start, end, line, column, function: name }) =>
  [kind, specifier ?? value, name, typeOnly && "type", elided && "elided", kind !== "glob" && `${start}-${end} ${line}:${column}`]
    .filter((part) => part !== false && part !== undefined)
    .map(String)
    .map((part) => part.toWellFormed?.() ?? part)
    .join(" ");

// What an `inspect` line and `expected()` do not agree on, as lines.
export function differences(seen, truth, source) {
  const found = [];
  for (const list of ["directives", "functionDirectives", "imports"]) {
    const ours = seen[list].map(describe);
    const theirs = positioned(truth[list], source).map(describe);
    for (const item of ours) if (!theirs.includes(item)) found.push(`  + ${list} ${item}`);
    for (const item of theirs) if (!ours.includes(item)) found.push(`  - ${list} ${item}`);
    if (found.length === 0 && ours.length !== theirs.length) found.push(`  ${list}: ${ours.length}, not ${theirs.length}`);
  }
  return found;
}

export function mdxDifferences(seen, truth) {
  const ours = seen.imports.map(({ kind, specifier }) => `${kind} ${specifier}`).sort();
  const theirs = truth.sort();
  return ours.join("\n") === theirs.join("\n") ? [] : [`  ${ours.join(", ")}`, `  and not ${theirs.join(", ")}`];
}

export const isUncertain = ({ diagnostics }) => diagnostics.some(({ code }) => code === "not-certain");
