"use strict";

// Everything that this package rejects with or throws. `code` is one of those in docs/node.md.
class PrologueError extends Error {
  constructor(code, message, { detail, option, report, cause } = {}) {
    super(detail ? `${message}: ${detail}` : message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (option !== undefined) this.option = option;
    if (report !== undefined) this.report = report;
  }
}
PrologueError.prototype.name = "PrologueError";

const invalid = (option, problem) =>
  new PrologueError("invalid-argument", `${option} ${problem}`, { option });

// What the addon throws is an Error with `code`.
function fromNative(error) {
  return typeof error?.code === "string" && !(error instanceof PrologueError)
    ? new PrologueError(error.code, error.message)
    : error;
}

module.exports = { PrologueError, invalid, fromNative };
