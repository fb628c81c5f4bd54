// What one source file says: its module directives and its imports, read with oxc-parser; elision is rolldown's, MDX is compiled.
import { compileSync } from "@mdx-js/mdx";
import { parseSync, visitorKeys } from "oxc-parser";
import { transformSync } from "rolldown/utils";

const LANG = { ts: "ts", mts: "ts", cts: "ts", tsx: "tsx" };
const GLOB_META = /[\\*?{}()[\]!]/g;

const extension = (path) => path.slice(path.lastIndexOf(".") + 1);

function parse(path, source) {
  const lang = LANG[extension(path)] ?? "jsx";
  let first, failed;
  for (const sourceType of ["module", "commonjs", "script"]) {
    const { program, errors } = parseSync(path, source, { lang, sourceType, preserveParens: false, astType: "ts" });
    if (errors.length === 0) return { program, broken: false };
    if (program.body.length > 0) first ??= program;
    failed ??= errors;
  }
  return first ? { program: first, broken: false } : { program: recover(path, source, lang, failed), broken: true };
}

// A file with a syntax error: what stands before it, up to the last line that parses.
function recover(path, source, lang, errors) {
  let end = Math.min(...errors.flatMap(({ labels }) => labels.map(({ start }) => start)), source.length);
  for (let tries = 0; tries < 200 && end > 0; tries++) {
    const result = parseSync(path, source.slice(0, end), { lang, sourceType: "module", preserveParens: false, astType: "ts" });
    if (result.errors.length === 0) return result.program;
    end = Math.max(source.lastIndexOf("\n", end - 1), source.lastIndexOf(";", end - 2) + 1);
  }
  return { type: "Program", body: [] };
}

function directivesOf(program, source) {
  const found = [];
  for (const node of program.body) {
    if (typeof node.directive !== "string") break;
    found.push(source.slice(node.expression.start + 1, node.expression.end - 1));
  }
  return found;
}

const isType = (node) => (node.importKind ?? node.exportKind) === "type";

function staticImport(node) {
  switch (node.type) {
    case "ImportDeclaration": {
      const named = node.specifiers.length > 0;
      return {
        kind: "import",
        specifier: node.source.value,
        typeOnly: isType(node) || (named && node.specifiers.every(isType)),
        names: named ? node.specifiers.map(({ local }) => local.name) : null,
      };
    }
    case "ExportAllDeclaration":
      return { kind: "export", specifier: node.source.value, typeOnly: isType(node), names: null };
    case "ExportNamedDeclaration":
      if (node.declaration?.type === "TSImportEqualsDeclaration") return importEquals(node.declaration, true);
      if (!node.source) return null;
      return {
        kind: "export",
        specifier: node.source.value,
        typeOnly: isType(node) || (node.specifiers.length > 0 && node.specifiers.every(isType)),
        names: null,
      };
    case "TSImportEqualsDeclaration":
      return importEquals(node, false);
  }
  return null;
}

function importEquals(node, exported) {
  if (node.moduleReference.type !== "TSExternalModuleReference") return null;
  return {
    kind: "require",
    specifier: node.moduleReference.expression.value,
    typeOnly: isType(node),
    names: exported ? null : [node.id.name],
  };
}

function eachStatic(program, visit) {
  for (const node of program.body) {
    const found = staticImport(node);
    if (found) visit(found, node);
  }
}

// The names that the transform leaves, each with the module it comes from.
function survivors(path, source, tsconfig) {
  const lang = LANG[extension(path)];
  const { code, errors } = transformSync(path, source, { lang, jsx: "preserve", tsconfig });
  if (errors.length && !code) return tsconfig ? survivors(path, source, false) : null;
  const { program } = parseSync("out.jsx", code, { lang: "jsx", sourceType: "module" });
  const left = new Set();
  eachStatic(program, ({ kind, specifier, names }) => {
    left.add(`${kind}\0${specifier}`);
    for (const name of names ?? []) left.add(`${specifier}\0${name}`);
  });
  for (const node of program.body) {
    const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      if (init?.callee?.name === "require") left.add(`${init.arguments[0].value}\0${id.name}`);
    }
  }
  return left;
}

function isFollowed({ kind, specifier, typeOnly, names }, left) {
  if (!left) return !typeOnly;
  if (names && !typeOnly) return names.some((name) => left.has(`${specifier}\0${name}`));
  return !typeOnly || left.has(`${kind}\0${specifier}`);
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

// Is `require` bound here? Only this name matters, so the answers are kept by node.
function patternBinds(pattern) {
  switch (pattern?.type) {
    case "Identifier":
      return pattern.name === "require";
    case "AssignmentPattern":
      return patternBinds(pattern.left);
    case "RestElement":
      return patternBinds(pattern.argument);
    case "TSParameterProperty":
      return patternBinds(pattern.parameter);
    case "ArrayPattern":
      return pattern.elements.some(patternBinds);
    case "ObjectPattern":
      return pattern.properties.some((property) => patternBinds(property.value ?? property));
  }
  return false;
}

function declares(node, isVar) {
  if (node?.type !== "VariableDeclaration" || node.declare) return false;
  return (node.kind === "var") === isVar && node.declarations.some(({ id }) => patternBinds(id));
}

// Declared directly in a block, a module or a switch; ambient declarations bind nothing at run time.
function statementBinds(statement) {
  const node = /^Export(Named|Default)/.test(statement.type) ? statement.declaration : statement;
  if (!node || node.declare) return false;
  switch (node.type) {
    case "VariableDeclaration":
      return declares(node, false);
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSEnumDeclaration":
    case "TSModuleDeclaration":
      return node.id?.name === "require";
    case "TSImportEqualsDeclaration":
      return !isType(node) && node.id.name === "require";
    case "ImportDeclaration":
      return !isType(node) && node.specifiers.some((item) => !isType(item) && item.local.name === "require");
  }
  return false;
}

const isFunction = ({ type }) => type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression";
const ownsVars = ({ type }) => type === "Program" || type === "StaticBlock" || type === "TSModuleBlock";

function hasVar(node) {
  const stack = [...children(node)];
  while (stack.length) {
    const item = stack.pop();
    if (declares(item, true)) return true;
    if (!isFunction(item) && !ownsVars(item)) stack.push(...children(item));
  }
  return false;
}

function scopeBinds(node, parent) {
  if (isFunction(node)) {
    return (node.type === "FunctionExpression" && node.id?.name === "require") || node.params.some(patternBinds);
  }
  if ((ownsVars(node) || (parent && isFunction(parent) && parent.body === node)) && hasVar(node)) return true;
  switch (node.type) {
    case "Program":
    case "BlockStatement":
    case "StaticBlock":
    case "TSModuleBlock":
      return node.body.some(statementBinds);
    case "SwitchStatement":
      return node.cases.some((item) => item.consequent.some(statementBinds));
    case "ForStatement":
      return declares(node.init, false);
    case "ForInStatement":
    case "ForOfStatement":
      return declares(node.left, false);
    case "CatchClause":
      return patternBinds(node.param);
    case "ClassExpression":
      return node.id?.name === "require";
  }
  return false;
}

const bindings = new WeakMap();

function isBound(link) {
  for (let at = link; at; at = at.parent) {
    if (!bindings.has(at.node)) bindings.set(at.node, scopeBinds(at.node, at.parent?.node));
    if (bindings.get(at.node)) return true;
  }
  return false;
}

const escapeGlob = (text) => text.replace(GLOB_META, "\\$&");

const TYPING = new Set(["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "TSTypeAssertion"]);

// What is left of it without types.
function bare(node) {
  while (TYPING.has(node?.type)) node = node.expression;
  return node;
}

// "a" + b + "c" and templates as a list of literal parts with null for what is not known.
function parts(written) {
  const node = bare(written);
  if (node.type === "Literal" && typeof node.value === "string") return [node.value];
  if (node.type === "TemplateLiteral") {
    return node.quasis.flatMap(({ value }, i) => [value.cooked, ...(node.expressions[i] ? parts(node.expressions[i]) : [])]);
  }
  if (node.type === "BinaryExpression" && node.operator === "+") return [...parts(node.left), ...parts(node.right)];
  return [null];
}

function target(written, kind) {
  const node = bare(written);
  if (node?.type === "Literal" && typeof node.value === "string") return { kind, specifier: node.value };
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) return { kind, specifier: node.quasis[0].value.cooked };
  if (node?.type !== "TemplateLiteral" && node?.type !== "BinaryExpression") return null;
  const list = parts(node);
  if (!/^\.\.?\//.test(list[0] ?? "")) return null;
  const pattern = list.map((part) => (part === null ? "*" : escapeGlob(part))).join("").replace(/\*+/g, "*");
  return { kind: "glob", specifier: pattern, patterns: [pattern] };
}

function metaGlob({ callee, optional, arguments: args }) {
  const object = callee.type === "MemberExpression" && callee.object;
  if (object?.type !== "MetaProperty" || object.meta.name !== "import" || optional || callee.optional) return null;
  if (!callee.computed && callee.property.name !== "glob") return null;
  const written = bare(args[0]);
  const list = written?.type === "ArrayExpression" ? written.elements.filter(Boolean) : [written];
  const patterns = list.map((node) => node && target(node, "glob")).map((found) => (found && !found.patterns ? found.specifier : null));
  if (patterns.length === 0 || patterns.includes(null)) return null;
  const option = (args[1]?.properties ?? []).find(({ key }) => key?.name === "query" || key?.value === "query");
  return { kind: "glob", specifier: patterns.join(","), patterns, leaf: option !== undefined };
}

function dynamicImport(link) {
  const { node } = link;
  if (node.type === "ImportExpression") return target(node.source, "dynamic");
  if (node.type !== "CallExpression") return null;
  const callee = bare(node.callee);
  if (callee.type !== "Identifier") return metaGlob(node);
  if (callee.name !== "require" || isBound(link)) return null;
  return target(node.arguments[0], "require");
}

function readMdx(source) {
  try {
    return { directives: [], imports: readFacts("out.jsx", String(compileSync(source, { jsx: true }))).imports };
  } catch {
    return { directives: [], imports: [] };
  }
}

// `tsconfig`: whether the nearest one says which imports are dropped.
export function readFacts(path, source, { tsconfig = false } = {}) {
  if (extension(path) === "mdx") return readMdx(source);
  const { program, broken } = parse(path, source);
  const imports = [];
  const left = extension(path) in LANG && !broken ? survivors(path, source, tsconfig) : null;
  eachStatic(program, (found) => {
    if (isFollowed(found, left)) imports.push(found);
  });
  walk(program, (link) => {
    const found = dynamicImport(link);
    if (found) imports.push(found);
  });
  return { directives: directivesOf(program, source), imports };
}
