// What oxc-parser and rolldown's transform see in a source file, in the terms of an `inspect` line.
import { parseSync, visitorKeys } from "oxc-parser";
import { transformSync } from "rolldown/utils";

const LANG = { ts: "ts", mts: "ts", cts: "ts", tsx: "tsx" };
const CONFIGURED = new Set(["use client", "use server"]);
const GOALS = ["module", "commonjs", "script"];

const isType = (node) => (node.importKind ?? node.exportKind) === "type";
const isFunction = ({ type }) => type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression";

// Some trees cannot be had: lone surrogates make them JSON that is none.
function treeOf(result) {
  try {
    return result.program;
  } catch {
    return null;
  }
}

// null where it has errors under each of the goals.
function parse(path, source, lang, goals) {
  for (const sourceType of goals) {
    const result = parseSync(path, source, { lang, sourceType, preserveParens: false, astType: "ts" });
    if (result.errors.length === 0) return treeOf(result);
  }
  return null;
}

function* children(node) {
  for (const key of visitorKeys[node.type] ?? []) {
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (item) yield item;
    } else if (value) yield value;
  }
}

function walk(program, visit) {
  const stack = [{ node: program, parent: null }];
  while (stack.length) {
    const link = stack.pop();
    visit(link);
    for (const node of [...children(link.node)].reverse()) stack.push({ node, parent: link });
  }
}

// ---- bindings of `require` -----------------------------------------------------------------------

function* boundNames(pattern) {
  const stack = [pattern];
  while (stack.length) {
    const item = stack.pop();
    if (!item) continue;
    if (item.type === "Identifier") yield item.name;
    else if (item.type === "AssignmentPattern") stack.push(item.left);
    else if (item.type === "RestElement") stack.push(item.argument);
    else if (item.type === "TSParameterProperty") stack.push(item.parameter);
    else if (item.type === "ArrayPattern") stack.push(...item.elements);
    else if (item.type === "ObjectPattern") stack.push(...item.properties.map((property) => property.value ?? property));
  }
}

const binds = (pattern) => [...boundNames(pattern)].includes("require");
const BLOCKS = new Set(["Program", "BlockStatement", "StaticBlock", "TSModuleBlock", "SwitchStatement", "ForStatement", "ForInStatement", "ForOfStatement"]);
const OWNERS = new Set(["Program", "StaticBlock", "TSModuleBlock"]);

function scopeOf(link, test) {
  let at = link;
  while (at && !test(at.node)) at = at.parent;
  return at?.node;
}

// The nodes in which `require` means something of the file's own.
function requireScopes(program) {
  const scopes = new Set();
  const block = (link) => scopes.add(scopeOf(link, (node) => BLOCKS.has(node.type) || isFunction(node)));
  const owner = (link) => {
    const scope = scopeOf(link, (node) => OWNERS.has(node.type) || isFunction(node));
    scopes.add(isFunction(scope) ? scope.body : scope); // which its parameters do not see
  };
  let ambient = null;
  walk(program, (link) => {
    const { node, parent } = link;
    if (node.declare || (ambient && scopeOf(link, (item) => item.declare))) return void (ambient = node);
    if (isFunction(node)) {
      if (node.params.some(binds)) scopes.add(node);
      if (node.id?.name === "require") node.type === "FunctionDeclaration" ? block(parent) : scopes.add(node);
    } else if (node.type === "VariableDeclaration") {
      if (node.declarations.some(({ id }) => binds(id))) (node.kind === "var" ? owner : block)(parent);
    } else if (node.type === "CatchClause") {
      if (binds(node.param)) scopes.add(node);
    } else if (node.type === "ClassExpression") {
      if (node.id?.name === "require") scopes.add(node);
    } else if (["ClassDeclaration", "TSEnumDeclaration", "TSModuleDeclaration", "TSImportEqualsDeclaration"].includes(node.type)) {
      if (node.id?.name === "require" && !isType(node)) block(parent);
    } else if (node.type === "ImportDeclaration" && !isType(node)) {
      if (node.specifiers.some((item) => !isType(item) && item.local.name === "require")) scopes.add(program);
    }
  });
  return scopes;
}

function isBound(link, scopes) {
  for (let at = link; at; at = at.parent) if (scopes.has(at.node)) return true;
  return false;
}

// ---- imports -------------------------------------------------------------------------------------

function staticImport(node) {
  switch (node.type) {
    case "ImportDeclaration": {
      const named = node.specifiers.length > 0;
      const typeOnly = isType(node) || (named && node.specifiers.every(isType));
      return { kind: "import", source: node.source, typeOnly, names: named ? node.specifiers.map(({ local }) => local.name) : null };
    }
    case "ExportAllDeclaration":
      return { kind: "export", source: node.source, typeOnly: isType(node), names: null };
    case "ExportNamedDeclaration": {
      if (node.declaration?.type === "TSImportEqualsDeclaration") return importEquals(node.declaration, true);
      if (!node.source) return null;
      const typeOnly = isType(node) || (node.specifiers.length > 0 && node.specifiers.every(isType));
      return { kind: "export", source: node.source, typeOnly, names: null };
    }
    case "TSImportEqualsDeclaration":
      return importEquals(node, false);
  }
  return null;
}

function importEquals(node, exported) {
  if (node.moduleReference.type !== "TSExternalModuleReference") return null;
  return { kind: "require", source: node.moduleReference.expression, typeOnly: isType(node), names: exported ? null : [node.id.name] };
}

// The names that the transform leaves, each with the module it comes from; null where it fails.
function survivors(path, source, lang) {
  const { code, errors } = transformSync(path, source, { lang, jsx: "preserve", tsconfig: false });
  if (errors.length && !code) return null;
  const { program, errors: wrong } = parseSync("out.jsx", code, { lang: "jsx", sourceType: "module" });
  if (wrong.length) return null;
  const left = new Set();
  for (const node of program.body) {
    const found = staticImport(node);
    for (const name of found?.names ?? []) left.add(`${found.source.value}\0${name}`);
    const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      if (init?.callee?.name === "require" && init.arguments.length) left.add(`${init.arguments[0].value}\0${id.name}`);
    }
  }
  return left;
}

const TYPING = new Set(["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "TSTypeAssertion"]);

// What is left of it without types.
function bare(node) {
  while (TYPING.has(node?.type)) node = node.expression;
  return node;
}

const isText = (node) => (node?.type === "Literal" && typeof node.value === "string") || (node?.type === "TemplateLiteral" && node.expressions.length === 0);
const textOf = (node) => (node.type === "Literal" ? node.value : node.quasis[0].value.cooked);

// "a" + b + "c" and templates as a list of literal parts with null for what is not known.
function parts(written) {
  const node = bare(written);
  if (node.type === "Literal" && typeof node.value === "string") return [node.value];
  if (node.type === "TemplateLiteral") {
    return node.quasis.flatMap(({ value }, i) => [value.cooked, ...(node.expressions[i] ? [null] : [])]);
  }
  if (node.type === "BinaryExpression" && node.operator === "+") return [...parts(node.left), ...parts(node.right)];
  return [null];
}

// The strings and templates that are joined: the place of a concatenation is from the first to the last.
function literalsOf(written) {
  const node = bare(written);
  if (node.type === "BinaryExpression" && node.operator === "+") return [...literalsOf(node.left), ...literalsOf(node.right)];
  return node.type === "TemplateLiteral" || isText(node) ? [node] : [];
}

// Holes that stand side by side are one.
const patternOf = (list) =>
  list.filter((part) => part !== "").map((part, i, all) => (part !== null ? quote(part) : all[i - 1] === null ? "" : "*")).join("");
const quote = (text) => text.replace(/[\\*]/g, "\\$&");

function target(written, kind) {
  const node = bare(written);
  if (isText(node)) return [{ kind, specifier: textOf(node), start: node.start + 1, end: node.end - 1 }];
  if (node?.type !== "TemplateLiteral" && node?.type !== "BinaryExpression") return [];
  const list = parts(node);
  const known = list.findIndex((part) => part === null);
  const head = (known < 0 ? list : list.slice(0, known)).join("");
  if (!/^\.\.?\//.test(head)) return [];
  const literals = literalsOf(node);
  return [{ kind: "glob", specifier: patternOf(list), start: literals[0].start + 1, end: literals.at(-1).end - 1 }];
}

const based = (base, pattern) =>
  base && /^\.\.?\//.test(pattern) ? `${base.replace(/\/$/, "")}/${pattern.replace(/^\.\//, "")}` : pattern;

// Vite looks for the call's text, in which no parentheses stand around the callee.
function metaGlob({ callee, optional, arguments: args }, source) {
  if (/^(?:\s|\/\*[^]*?\*\/|\/\/.*)*\)/.test(source.slice(callee.end))) return [];
  const object = callee.type === "MemberExpression" && !callee.computed && callee.object;
  if (object?.type !== "MetaProperty" || object.meta.name !== "import" || callee.property.name !== "glob" || optional || callee.optional) return [];
  const patterns = bare(args[0]);
  const list = (patterns?.type === "ArrayExpression" ? patterns.elements.filter(Boolean) : [patterns]).map(bare);
  if (list.length === 0 || list.length > 256 || !list.every(isText)) return [];
  const options = args[1]?.type === "ObjectExpression" ? args[1].properties : [];
  const base = options.findLast(({ key }) => (key?.name ?? key?.value) === "base")?.value?.value;
  return list.map((node) => ({ kind: "glob", specifier: based(base, textOf(node).replace(/^!/, "")), start: node.start + 1, end: node.end - 1 }));
}

function calls(link, scopes, source) {
  const { node } = link;
  if (node.type === "ImportExpression") return target(node.source, "dynamic");
  if (node.type !== "CallExpression") return [];
  const callee = bare(node.callee);
  if (callee.type !== "Identifier") return metaGlob(node, source);
  if (callee.name !== "require" || isBound(link, scopes)) return [];
  return target(node.arguments[0], "require");
}

// ---- directives ----------------------------------------------------------------------------------

// A number as it is spelled.
function keyText({ key, computed }) {
  if (computed) return "";
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  return key.name ?? (typeof key.value === "string" ? key.value : key.raw);
}

function targetText(node) {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression" && !node.computed) return node.property.type === "PrivateIdentifier" ? `#${node.property.name}` : node.property.name;
  return "";
}

function functionName({ node, parent }) {
  if (node.id) return node.id.name;
  while (TYPING.has(parent.node.type)) parent = parent.parent;
  const around = parent.node;
  switch (around.type) {
    case "VariableDeclarator":
      return targetText(around.id);
    case "AssignmentExpression":
    case "AssignmentPattern":
      return targetText(around.left);
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      return keyText(around);
    case "ExportDefaultDeclaration":
      return "default";
  }
  return "";
}

function directivesOf(body, source) {
  const found = [];
  for (const node of body) {
    if (typeof node.directive !== "string") break;
    const { start, end } = node.expression;
    found.push({ value: source.slice(start + 1, end - 1), start: start + 1, end: end - 1 });
  }
  return found;
}

function functionDirectives(link, source, isConfigured) {
  const { node } = link;
  if (!isFunction(node) || node.body?.type !== "BlockStatement") return [];
  const found = directivesOf(node.body.body, source).filter(({ value }) => isConfigured(value));
  return found.length ? found.map((item) => ({ ...item, function: functionName(link) })) : [];
}

// ---- a file --------------------------------------------------------------------------------------

// null: oxc rejects the file under every one of the goals, which are tried in their order.
// Offsets are UTF-16 units in `source`.
export function expected(path, source, { goals = GOALS, isConfigured = (text) => CONFIGURED.has(text) } = {}) {
  const extension = path.slice(path.lastIndexOf(".") + 1);
  const lang = LANG[extension] ?? "jsx";
  const program = parse(path, source, lang, goals);
  if (!program) return null;
  const left = extension in LANG ? survivors(path, source, lang) : null;
  if (extension in LANG && !left) return null;
  return factsOf(program, source, { left, isConfigured });
}

const MODULE_ITEMS = new Set(["ImportDeclaration", "ExportAllDeclaration", "ExportNamedDeclaration", "ExportDefaultDeclaration", "TSImportEqualsDeclaration"]);

// oxc lets a declaration of a module stand in a block or a function.
function isMisplaced({ node, parent }) {
  return MODULE_ITEMS.has(node.type) && !/^(Program|TSModuleBlock|ExportNamedDeclaration)$/.test(parent.node.type);
}

// null: something stands where it may not. `left`: the names that survive the transform, where there is one.
export function factsOf(program, source, { left = null, isConfigured = (text) => CONFIGURED.has(text) } = {}) {
  const scopes = requireScopes(program);
  const result = { directives: directivesOf(program.body, source), functionDirectives: [], imports: [] };
  for (const node of program.body) {
    const found = staticImport(node);
    if (!found) continue;
    const { kind, typeOnly, names } = found;
    const { value, start, end } = found.source;
    const elided = Boolean(left && names && !typeOnly && !names.some((name) => left.has(`${value}\0${name}`)));
    result.imports.push({ specifier: value, kind, typeOnly, elided, start: start + 1, end: end - 1 });
  }
  let misplaced = false;
  walk(program, (link) => {
    misplaced ||= isMisplaced(link);
    result.functionDirectives.push(...functionDirectives(link, source, isConfigured));
    for (const found of calls(link, scopes, source)) result.imports.push({ ...found, typeOnly: false, elided: false });
  });
  result.imports.sort((a, b) => a.start - b.start);
  result.functionDirectives.sort((a, b) => a.start - b.start);
  return misplaced ? null : result;
}
