// Compares the lexer's facts with oxc-parser's, and its elision with rolldown's transform, over folders of files.
// node tests/lex/compare.mjs DUMP FOLDER... (DUMP: the program made of facts_dump.c)
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const { parseSync, visitorKeys } = await import("oxc-parser");
const { transformSync } = await import("rolldown/utils");

const SCRIPT = /\.(?:[mc]?[jt]s|[jt]sx)$/;
const DECLARATION = /\.d\.(?:[^/]*\.)?[mc]?ts$/;
const LANG = { ts: "ts", mts: "ts", cts: "ts", tsx: "tsx" };
const FLAG = { typeStatement: 1, typeNames: 2, unused: 4, globMeta: 32 };
const CONFIGURED = new Set(["use client", "use server"]);

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile() && SCRIPT.test(path) && !DECLARATION.test(path)) yield path;
  }
}

const extension = (path) => path.slice(path.lastIndexOf(".") + 1);

function parse(path, source) {
  const lang = LANG[extension(path)] ?? "jsx";
  for (const sourceType of ["module", "commonjs", "script"]) {
    const { program, errors } = parseSync(path, source, { lang, sourceType, preserveParens: false, astType: "ts" });
    if (errors.length === 0) return program;
  }
  return null;
}

// UTF-16 offsets to byte offsets.
function byteOffsets(source) {
  if (/^[\0-\x7f]*$/.test(source)) return (offset) => offset;
  const offsets = new Uint32Array(source.length + 1);
  let bytes = 0;
  for (let i = 0; i < source.length; i++) {
    offsets[i] = bytes;
    const unit = source.charCodeAt(i);
    const low = source.charCodeAt(i + 1);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
      offsets[++i] = bytes + 2;
      bytes += 4;
    } else bytes += 3;
  }
  offsets[source.length] = bytes;
  return (offset) => offsets[offset];
}

const isType = (node) => (node.importKind ?? node.exportKind) === "type";
const literalSpan = (node) => [node.start + 1, node.end - 1];

function staticImport(node) {
  if (node.type === "ImportDeclaration") {
    const named = node.specifiers.length > 0;
    const typeNames = named && node.specifiers.every(isType);
    return {
      kind: "import", source: node.source, typeStatement: isType(node), typeNames,
      names: named && !typeNames && !isType(node) ? node.specifiers.filter((item) => !isType(item)).map(({ local }) => local.name) : null,
    };
  }
  if (node.type === "ExportAllDeclaration") return { kind: "export", source: node.source, typeStatement: isType(node), typeNames: false, names: null };
  if (node.type === "ExportNamedDeclaration" && node.source) {
    return { kind: "export", source: node.source, typeStatement: isType(node), typeNames: node.specifiers.length > 0 && node.specifiers.every(isType), names: null };
  }
  const equals = node.type === "ExportNamedDeclaration" ? node.declaration : node;
  if (equals?.type === "TSImportEqualsDeclaration" && equals.moduleReference.type === "TSExternalModuleReference") {
    const exported = node !== equals;
    return {
      kind: "require", source: equals.moduleReference.expression, typeStatement: isType(equals), typeNames: false,
      names: exported || isType(equals) ? null : [equals.id.name],
    };
  }
  return null;
}

function survivors(path, source) {
  const { code, errors } = transformSync(path, source, { lang: LANG[extension(path)], jsx: "preserve", tsconfig: false });
  if (errors.length && !code) return null;
  const { program } = parseSync("out.jsx", code, { lang: "jsx", sourceType: "module" });
  const left = new Set();
  for (const node of program.body) {
    const found = staticImport(node);
    for (const name of found?.names ?? []) left.add(`${found.source.value}\0${name}`);
    const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      if (init?.callee?.name === "require") left.add(`${init.arguments[0]?.value}\0${id.name}`);
    }
  }
  return left;
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

// ---- is `require` bound here?

function patternBinds(pattern) {
  switch (pattern?.type) {
    case "Identifier": return pattern.name === "require";
    case "AssignmentPattern": return patternBinds(pattern.left);
    case "RestElement": return patternBinds(pattern.argument);
    case "TSParameterProperty": return patternBinds(pattern.parameter);
    case "ArrayPattern": return pattern.elements.some(patternBinds);
    case "ObjectPattern": return pattern.properties.some((property) => patternBinds(property.value ?? property));
  }
  return false;
}

const declares = (node, isVar) =>
  node?.type === "VariableDeclaration" && !node.declare && (node.kind === "var") === isVar && node.declarations.some(({ id }) => patternBinds(id));

function statementBinds(statement) {
  const node = /^Export(Named|Default)/.test(statement.type) ? statement.declaration : statement;
  if (!node || node.declare) return false;
  switch (node.type) {
    case "VariableDeclaration": return declares(node, false);
    case "FunctionDeclaration": case "ClassDeclaration": case "TSEnumDeclaration": case "TSModuleDeclaration": return node.id?.name === "require";
    case "TSImportEqualsDeclaration": return !isType(node) && node.id.name === "require";
    case "ImportDeclaration": return !isType(node) && node.specifiers.some((item) => !isType(item) && item.local.name === "require");
  }
  return false;
}

const isFunction = ({ type }) => /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type);
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
  if (isFunction(node)) return (node.type === "FunctionExpression" && node.id?.name === "require") || node.params.some(patternBinds);
  if ((ownsVars(node) || (parent && isFunction(parent) && parent.body === node)) && hasVar(node)) return true;
  switch (node.type) {
    case "Program": case "BlockStatement": case "StaticBlock": case "TSModuleBlock": return node.body.some(statementBinds);
    case "SwitchStatement": return node.cases.some((item) => item.consequent.some(statementBinds));
    case "ForStatement": return declares(node.init, false);
    case "ForInStatement": case "ForOfStatement": return declares(node.left, false);
    case "CatchClause": return patternBinds(node.param);
    case "ClassExpression": return node.id?.name === "require";
  }
  return false;
}

function requireIsBound(link, bindings) {
  for (let at = link; at; at = at.parent) {
    if (!bindings.has(at.node)) bindings.set(at.node, scopeBinds(at.node, at.parent?.node));
    if (bindings.get(at.node)) return true;
  }
  return false;
}

// ---- calls

function pieces(node) {
  if (node.type === "Literal" && typeof node.value === "string") return [node.value];
  if (node.type === "TemplateLiteral") return node.quasis.flatMap(({ value }, i) => (node.expressions[i] ? [value.cooked, null] : [value.cooked]));
  if (node.type === "BinaryExpression" && node.operator === "+") return [...pieces(node.left), ...pieces(node.right)];
  return [null];
}

function argument(node, kind) {
  if (node?.type === "Literal" && typeof node.value === "string") return { kind, specifier: node.value, span: literalSpan(node) };
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) return { kind, specifier: node.quasis[0].value.cooked, span: literalSpan(node) };
  if (node?.type !== "TemplateLiteral" && node?.type !== "BinaryExpression") return null;
  const list = pieces(node);
  if (!/^\.\.?\//.test(list[0] ?? "")) return null;
  const pattern = list.reduce((text, piece) => (piece === null ? (text.endsWith("*") ? text : `${text}*`) : text + piece), "");
  return { kind: "glob", specifier: pattern, span: null };
}

function metaGlob({ callee, arguments: args }) {
  const object = callee.type === "MemberExpression" && !callee.computed && callee.object;
  if (object?.type !== "MetaProperty" || object.meta.name !== "import" || callee.property.name !== "glob") return [];
  const list = args[0]?.type === "ArrayExpression" ? args[0].elements : [args[0]];
  const found = list.map((node) => node && argument(node, "glob"));
  return found.every((item) => item?.span) ? found.map(({ kind, specifier, span }) => ({ kind, specifier: specifier.replace(/^!/, ""), span })) : [];
}

function calls(link, bindings) {
  const { node } = link;
  if (node.type === "ImportExpression") return [argument(node.source, "dynamic")];
  if (node.type !== "CallExpression") return [];
  if (node.callee.type !== "Identifier") return metaGlob(node);
  if (node.callee.name !== "require" || requireIsBound(link, bindings)) return [];
  return [argument(node.arguments[0], "require")];
}

function isAmbient(link) {
  for (let at = link; at; at = at.parent) if (at.node.declare) return true;
  return false;
}

function functionDirective({ node, parent }, source) {
  if (node.type !== "ExpressionStatement" || typeof node.directive !== "string" || !parent || parent.node.type === "Program") return null;
  const value = source.slice(node.expression.start + 1, node.expression.end - 1);
  return CONFIGURED.has(value) ? { value, span: literalSpan(node.expression) } : null;
}

function reference(path, source) {
  const program = parse(path, source);
  if (!program) return null;
  const at = byteOffsets(source);
  const bytes = (span) => span && span.map(at);
  const left = extension(path) in LANG ? survivors(path, source) : null;
  const directives = [];
  const functionDirectives = [];
  const imports = [];
  for (const node of program.body) {
    if (typeof node.directive !== "string") break;
    directives.push({ value: source.slice(node.expression.start + 1, node.expression.end - 1), span: bytes(literalSpan(node.expression)) });
  }
  for (const node of program.body) {
    const found = staticImport(node);
    if (!found) continue;
    const { kind, typeStatement, typeNames, names } = found;
    const unused = Boolean(left && names?.length && !names.some((name) => left.has(`${found.source.value}\0${name}`)));
    imports.push({ kind, specifier: found.source.value, span: bytes(literalSpan(found.source)), typeStatement, typeNames, unused });
  }
  const bindings = new WeakMap();
  walk(program, (link) => {
    const directive = functionDirective(link, source);
    if (directive && !isAmbient(link)) functionDirectives.push({ ...directive, span: bytes(directive.span) });
    for (const found of calls(link, bindings)) if (found) imports.push({ ...found, span: bytes(found.span) });
  });
  return { directives, functionDirectives, imports };
}

// ---- comparison

const spanned = ({ start, end }) => `${start}-${end}`;

function ours(line) {
  return {
    directives: line.directives.map((item) => `${item.value} ${spanned(item)}`),
    functionDirectives: line.functionDirectives.map((item) => `${item.value} ${spanned(item)}`),
    imports: line.imports.map((item) => describe({
      kind: item.kind, specifier: item.specifier, span: item.kind === "glob" && !(item.flags & FLAG.globMeta) ? null : [item.start, item.end],
      typeStatement: item.flags & FLAG.typeStatement, typeNames: item.flags & FLAG.typeNames, unused: item.flags & FLAG.unused,
    })),
  };
}

function describe({ kind, specifier, span, typeStatement, typeNames, unused }) {
  return [kind, JSON.stringify(specifier), span ? span.join("-") : "", typeStatement ? "type" : "", typeNames && !typeStatement ? "names" : "", unused ? "unused" : ""].filter(Boolean).join(" ");
}

function theirs(facts) {
  return {
    directives: facts.directives.map(({ value, span }) => `${value} ${span.join("-")}`),
    functionDirectives: facts.functionDirectives.map(({ value, span }) => `${value} ${span.join("-")}`),
    imports: facts.imports.map(describe),
  };
}

function differences(a, b) {
  const found = [];
  for (const key of ["directives", "functionDirectives", "imports"]) {
    const mine = new Set(a[key]);
    const other = new Set(b[key]);
    for (const item of mine) if (!other.has(item)) found.push(`+ ${key} ${item}`);
    for (const item of other) if (!mine.has(item)) found.push(`- ${key} ${item}`);
  }
  return found;
}

const [dump, ...folders] = process.argv.slice(2);
const limit = Number(process.env.LIMIT ?? 40);
const counts = { files: 0, notParsed: 0, sureThoughNotParsed: 0, unsure: 0, different: 0, imports: 0 };
const list = folders.flatMap((folder) => [...files(folder)]);
const output = execFileSync(dump, { input: list.join("\n"), maxBuffer: 2 ** 30, encoding: "utf8" });
for (const text of output.split("\n")) {
  if (!text) continue;
  const line = JSON.parse(text);
  const source = readFileSync(line.path, "utf8");
  counts.files++;
  let expected;
  try {
    expected = reference(line.path, source);
  } catch (error) {
    console.error(`${line.path}: ${error.message.split("\n")[0]}`);
  }
  if (!expected) {
    counts.notParsed++;
    counts.sureThoughNotParsed += line.answer === "sure";
    continue;
  }
  counts.imports += expected.imports.length;
  if (line.answer === "unsure") {
    if (counts.unsure++ < limit) console.log(`unsure ${line.path} ${JSON.stringify(line.notes.find(({ code }) => code === "syntax"))}`);
    continue;
  }
  const found = differences(ours(line), theirs(expected));
  if (found.length && counts.different++ < limit) console.log([line.path, ...found.slice(0, 6)].join("\n  "));
}
console.log(JSON.stringify(counts));
