"use strict";

// `resolve` and `load` as users write them, to what answers the addon's questions. A filter names what is asked
// first: texts, in which `*` matches any text, are matched natively, expressions here.
const { invalid } = require("./error.cjs");

const isText = (one) => typeof one === "string";
const EVERYTHING = [{ pattern: "*" }];

function filterOf(value, option) {
  const given = value === undefined ? [] : Array.isArray(value) ? value : [value];
  for (const one of given) {
    if ((!isText(one) || one === "" || one.includes("\0")) && !(one instanceof RegExp)) throw invalid(option, "must be a string, a regular expression, or a list of them");
  }
  const expressions = given.filter((one) => !isText(one));
  if (expressions.length === 0) return { patterns: given.map((pattern) => ({ pattern })), names: () => true };
  const texts = given.filter(isText).map((text) => text.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("[^]*"));
  const tests = [...expressions, ...texts.map((source) => new RegExp(`^${source}$`))];
  const names = (text) =>
    tests.some((test) => {
      test.lastIndex = 0;
      return test.test(text);
    });
  return { patterns: EVERYTHING, names, expressions: true };
}

// A function, or { filter, handler }.
function hookOf(value, option) {
  if (value === undefined || value === null) return undefined;
  const { handler, filter } = typeof value === "function" ? { handler: value } : value;
  if (typeof handler !== "function") throw invalid(option, "must be a function, or an object with a filter and a handler");
  return { handler, ...filterOf(filter, `${option}.filter`) };
}

function answerOf(answer) {
  if (answer === null || answer === undefined) return undefined;
  if (answer === false) return null;
  if (isText(answer)) return answer;
  const { external, id } = answer;
  if (typeof answer === "object" && external) return null;
  if (isText(id)) return id;
  throw invalid("options.resolve", "answered with something other than an id, { id }, { external: true }, false or null");
}

// For each question an id, null where it is external, false where it is to be asked again if nothing else
// answers it, undefined where there is no answer.
async function resolveAll(hook, batch) {
  const answers = new Array(batch.length).fill(false);
  const asked = batch.map((_, i) => i).filter((i) => !hook.expressions || batch[i].unresolved || hook.names(batch[i].specifier));
  if (asked.length === 0) return answers;
  const given = await hook.handler(asked.map((i) => batch[i]));
  if (!Array.isArray(given) || given.length !== asked.length) throw invalid("options.resolve", "must return an array with an answer for each question");
  asked.forEach((i, at) => (answers[i] = answerOf(given[at])));
  return answers;
}

function sourceOf(source) {
  if (source === null || source === undefined) return undefined;
  if (isText(source)) return { code: source };
  const { code, moduleType } = source;
  if (isText(code) && (moduleType === undefined || (isText(moduleType) && !moduleType.includes("\0")))) return { code, language: moduleType };
  throw invalid("options.load", "answered with something other than a source, { code, moduleType } or null");
}

const isWanted = (hook, { id, environment }) => !hook.expressions || environment !== undefined || hook.names(id);

const loadAll = (hook, batch) =>
  Promise.all(batch.map(async (one) => (isWanted(hook, one) ? sourceOf(await hook.handler(one.id, { environment: one.environment })) : undefined)));

// What a request says of them, and what answers: `answer(isResolve, batch)`.
function hooks({ resolve, load }) {
  const resolver = hookOf(resolve, "options.resolve");
  const loader = hookOf(load, "options.load");
  return {
    request: {
      resolves: resolver !== undefined,
      loads: loader !== undefined,
      resolvePatterns: resolver?.patterns,
      loadPatterns: loader?.patterns.map(({ pattern }) => pattern),
    },
    answer: (resolver ?? loader) && ((isResolve, batch) => (isResolve ? resolveAll(resolver, batch) : loadAll(loader, batch))),
  };
}

module.exports = { hooks };
