// One reader on files that are in memory already, on one thread:
//   node reader.mjs es-module-lexer|oxc-parser|rolldown ROUNDS < LIST
// Prints one line of JSON: files, bytes, files it refused, and the time of each round.
import { readFileSync } from "node:fs";

const [, , tool, rounds] = process.argv;
const files = readFileSync(0, "utf8").trim().split("\n").map((path) => {
  const bytes = readFileSync(path);
  return { path, size: bytes.length, source: bytes.toString("utf8") };
});

/** What a tool does with one file: as little as tells the imports. */
const tools = {
  async "es-module-lexer"() {
    const { init, parse } = await import("es-module-lexer");
    await init;
    return ({ source }) => parse(source);
  },
  async "oxc-parser"() {
    const { parseSync } = await import("oxc-parser");
    return ({ path, source }) => parseSync(path, source).module;
  },
  async rolldown() {
    const { transformSync } = await import("rolldown/utils");
    return ({ path, source }) => {
      if (transformSync(path, source, { sourcemap: false, tsconfig: false }).errors.length) throw new Error(path);
    };
  },
};

const read = await tools[tool]();
let refused = 0;
const ms = Array.from({ length: Number(rounds) }, () => {
  refused = 0;
  const begin = performance.now();
  for (const file of files) {
    try {
      read(file);
    } catch {
      refused++;
    }
  }
  return performance.now() - begin;
});
console.log(JSON.stringify({ files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), ms, refused }));
