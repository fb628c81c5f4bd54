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
  #beside;
  #changes;

  constructor(outcome) {
    this.#outcome = outcome;
    this.#summary = native().summary(outcome);
  }

  #asked(question, ...more) {
    try {
      return question(this.#outcome, ...more);
    } catch (error) {
      throw fromNative(error);
    }
  }

  #parse(whole) {
    return JSON.parse(this.#asked(native().text, whole));
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

  // Paths of the modules that are neither below the root nor in a package; nothing else is made for it.
  get beside() {
    return (this.#beside ??= this.#asked(native().beside));
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
