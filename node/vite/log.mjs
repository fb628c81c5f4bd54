// What is said, by Vite's own logger and in its manner.
import * as util from "node:util";
import { codeFrame, place } from "./frame.mjs";
import { resolve } from "node:path";

const coloured = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR && typeof util.styleText === "function";
const paint = (style, text) => (coloured ? util.styleText(style, text) : text);
const TAG = () => paint("cyan", "[prologue]");
const SHOWN = new Set(["near-miss-directive", "conflicting-directives"]);

const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

function described(diagnostic, root) {
  const frame = diagnostic.line ? codeFrame(resolve(root, diagnostic.path), diagnostic.line, diagnostic.column) : "";
  const where = place(diagnostic);
  return `${TAG()} ${diagnostic.message} ${paint("dim", `(${diagnostic.code})`)}${where ? `\n  ${paint("cyan", where)}` : ""}${frame ? `\n${frame}` : ""}`;
}

const key = ({ code, path, line, column, message }) => JSON.stringify([code, path, line, column, message]);
const firstParty = ({ path }) => path && !/(^|\/)node_modules\//.test(path);

const directiveFiles = (report) => [...report.clientFiles, ...report.serverFiles];

function without(report, other) {
  const known = new Set(directiveFiles(other));
  return directiveFiles(report).filter((path) => !known.has(path));
}

export function createLog(logger) {
  return {
    scanned(report, before) {
      const { stats } = report;
      const what = `${report.clientFiles.length} client, ${report.serverFiles.length} server modules of ${stats.modules}`;
      if (!before) {
        const others = report.diagnostics.filter(({ severity, code }) => severity === "warning" && !SHOWN.has(code));
        const more = others.length ? paint("dim", `, ${counted(others.length, "warning")}`) : "";
        logger.info(`${TAG()} ${what} ${paint("dim", `in ${Math.ceil(stats.elapsedMs)} ms`)}${more}`, { timestamp: true });
      } else {
        const [added, removed] = [without(report, before), without(before, report)];
        for (const path of added) logger.info(`${TAG()} ${paint("green", "found")} ${paint("dim", path)}`, { timestamp: true });
        for (const path of removed) logger.info(`${TAG()} ${paint("yellow", "gone")} ${paint("dim", path)}`, { timestamp: true });
      }
      const known = new Set((before?.diagnostics ?? []).map(key));
      for (const diagnostic of report.diagnostics) {
        if (known.has(key(diagnostic))) continue;
        if (diagnostic.severity === "error") logger.error(described(diagnostic, report.root), { timestamp: true });
        else if (SHOWN.has(diagnostic.code) && firstParty(diagnostic)) logger.warn(described(diagnostic, report.root), { timestamp: true });
      }
    },
    unanswered(errors) {
      for (const error of errors) logger.warnOnce(`${TAG()} a plugin that was asked: ${error.message}`);
    },
    failed(error) {
      logger.error(`${TAG()} the scan failed: ${error.message}`, { timestamp: true, error });
    },
  };
}
