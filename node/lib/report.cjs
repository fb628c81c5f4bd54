"use strict";

const { inspect } = require("node:util");
const { fromNative } = require("./error.cjs");
const { native } = require("./native.cjs");

// What a scan found. The addon holds it as text; each part becomes objects when it is asked for.
class Report {
  #outcome;
  #summary;
  #outline;
  #modules;
  #changes;

  constructor(outcome) {
    this.#outcome = outcome;
    this.#summary = native().summary(outcome);
  }

  #parse(whole) {
    try {
      return JSON.parse(native().text(this.#outcome, whole));
    } catch (error) {
      throw fromNative(error);
    }
  }

  #part(name) {
    this.#outline ??= this.#parse(false);
    return this.#outline[name];
  }

  get root() {
    return this.#summary.root;
  }
  get complete() {
    return this.#summary.complete;
  }
  get stats() {
    return this.#summary.stats;
  }
  get environments() {
    return this.#part("environments");
  }
  get entries() {
    return this.#part("entries");
  }
  get clientFiles() {
    return this.#part("clientFiles");
  }
  get serverFiles() {
    return this.#part("serverFiles");
  }
  get diagnostics() {
    return this.#part("diagnostics");
  }
  get modules() {
    return (this.#modules ??= this.#parse(true).modules);
  }

  // Directive files beside those of the session's last complete report of this root.
  get changes() {
    return (this.#changes ??= native().changes(this.#outcome));
  }

  // Version 1, as the command line's --json prints it.
  toJSON() {
    return this.#parse(true);
  }

  [inspect.custom](depth, options) {
    const { root, complete, clientFiles, serverFiles, stats } = this;
    return `Report ${inspect({ root, complete, clientFiles, serverFiles, modules: stats.modules }, options)}`;
  }
}

module.exports = { Report };
