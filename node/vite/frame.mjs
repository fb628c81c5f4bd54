// Diagnostics as Vite shows errors: place, message and the lines around it.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const AROUND = 2;
const LINE_END = /\r\n|[\n\r\u2028\u2029]/;

// The lines around a place, in the manner of Vite's own frames; "" where the file cannot be read.
export function codeFrame(file, line, column) {
  let lines;
  try {
    lines = readFileSync(file, "utf8").split(LINE_END);
  } catch {
    return "";
  }
  if (line < 1 || line > lines.length) return "";
  const first = Math.max(1, line - AROUND);
  const last = Math.min(lines.length, line + AROUND);
  const width = String(last).length;
  const out = [];
  for (let number = first; number <= last; number++) {
    out.push(`${String(number).padEnd(width)} |  ${lines[number - 1]}`);
    if (number === line) out.push(`${" ".repeat(width)} |  ${" ".repeat(Math.max(0, column - 1))}^`);
  }
  return out.join("\n");
}

// What Vite's overlay, and `this.error()` of a plugin, take.
export function viteError(diagnostic, root) {
  const error = { plugin: "prologue", message: `${diagnostic.message} (${diagnostic.code})`, stack: "" };
  if (!diagnostic.path) return error;
  const file = resolve(root, diagnostic.path);
  error.id = file;
  if (!diagnostic.line) return error;
  error.loc = { file, line: diagnostic.line, column: diagnostic.column };
  error.frame = codeFrame(file, diagnostic.line, diagnostic.column);
  return error;
}

export function place(diagnostic) {
  if (!diagnostic.path) return "";
  return diagnostic.line ? `${diagnostic.path}:${diagnostic.line}:${diagnostic.column}` : diagnostic.path;
}
