"use strict";

const { threadId } = require("node:worker_threads");
const { PrologueError, fromNative } = require("./error.cjs");
const { native } = require("./native.cjs");
const { paths, scanOptions, sessionOptions, split } = require("./options.cjs");
const { Report } = require("./report.cjs");

let sessions = 0;

class Session {
  #handle;
  #number = ++sessions;
  #createdAt = new Date().toISOString();
  #closing;
  #last;

  // Use createSession().
  constructor(handle) {
    this.#handle = handle;
  }

  #check() {
    if (this.#closing) throw new PrologueError("session-closed", "the session is closed");
  }

  async scan(options = {}) {
    const { request, ...calls } = scanOptions(options);
    this.#check();
    if (calls.signal?.aborted) throw cancelled({ cause: calls.signal.reason });
    return await this.#submit(request, calls);
  }

  #submit(request, { signal, onProgress, answer }) {
    return new Promise((resolve, reject) => {
      let thrown;
      const stop = () => this.#closing ?? native().cancel(this.#handle, id);
      const progress = (value) => {
        try {
          onProgress(value);
        } catch (error) {
          thrown ??= { error };
          stop();
        }
      };
      const ask = async (isResolve, batch) => {
        let answers;
        try {
          answers = await answer(isResolve, batch);
        } catch (error) {
          thrown ??= { error };
        }
        try {
          if (!this.#closing) native().answer(this.#handle, id, answers);
        } catch (error) {
          thrown ??= { error: fromNative(error) };
        }
      };
      const done = (code, message, detail, outcome) => {
        signal?.removeEventListener("abort", stop);
        const report = outcome && new Report(outcome);
        if (thrown) return reject(thrown.error);
        if (!code) return resolve(report);
        const cause = code === "cancelled" && signal?.aborted ? signal.reason : undefined;
        reject(new PrologueError(code, message, { detail, report, cause }));
      };
      const id = native().scan(this.#handle, request, done, onProgress && progress, answer && ask);
      signal?.addEventListener("abort", stop);
    });
  }

  // In its turn among the scans: one that is under way does not count.
  invalidate(changed) {
    const absolute = paths(changed, "paths");
    this.#check();
    native().invalidate(this.#handle, absolute);
  }

  // Of the last scan, and who ran it.
  stats() {
    if (!this.#closing) this.#last = native().stats(this.#handle);
    const { pid } = process;
    return { ...this.#last, pid, threadId, session: this.#number, createdAt: this.#createdAt };
  }

  close() {
    if (!this.#closing) {
      this.stats();
      this.#closing = new Promise((resolve) => native().close(this.#handle, resolve));
    }
    return this.#closing;
  }
}

const cancelled = (more) => new PrologueError("cancelled", "the operation was cancelled", more);

async function createSession(options = {}) {
  const { start } = native();
  const checked = sessionOptions(options);
  return await new Promise((resolve, reject) => {
    const handle = start(checked, (code, message) => {
      if (code) reject(new PrologueError(code, message));
      else resolve(new Session(handle));
    });
  }).catch((error) => {
    throw fromNative(error);
  });
}

// One session, one scan.
async function scan(options = {}) {
  const { session: sessionPart, scan: scanPart } = split(options);
  scanOptions(scanPart);
  const session = await createSession({ cache: false, ...sessionPart });
  try {
    return await session.scan(scanPart);
  } finally {
    await session.close();
  }
}

module.exports = { createSession, scan, Session };
