"use strict";

const { PrologueError } = require("./lib/error.cjs");
const { createSession, scan } = require("./lib/session.cjs");

module.exports = { createSession, scan, PrologueError };
