#!/usr/bin/env node
"use strict";

// The command line is a program of its own; `smoke`, which speaks HTTP, is the one command that is not.
const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { commandLine } = require("../lib/native.cjs");

const FORWARDED = ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"];

function fail(error) {
  process.stderr.write(`prologue: ${error.message}\n`);
  process.exitCode = 2;
}

function run(file, given) {
  const child = spawn(file, given, { stdio: "inherit" });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  // A terminal sends it to both.
  process.on("SIGINT", () => process.stdin.isTTY || process.stderr.isTTY || child.kill("SIGINT"));
  child.on("error", fail);
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : code;
    process.exit();
  });
}

const given = process.argv.slice(2);
if (given[0] === "smoke") {
  import("../lib/smoke.mjs").then(({ main }) => main(given.slice(1)), fail);
} else {
  try {
    run(commandLine(), given);
  } catch (error) {
    fail(error);
  }
}
