// MDX documents made from a seed: what a document may be made of, joined, nested and spoiled at random.
// A specifier is followed by `!` where it is no code, as far as its own block goes.

function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function generate(seed) {
  const next = random(seed);
  const chance = (p) => next() < p;
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  const times = (least, most, make) => Array.from({ length: least + below(most - least + 1) }, make);
  let count = 0;
  const id = () => `./${++count}`;
  const call = () => pick([() => `import('${id()}')`, () => `require("${id()}")`, () => `import(\`${id()}\`)`])();
  const never = () => `import('${id()}!')`;

  // ---- JavaScript -----------------------------------------------------------------------------

  const expressions = [
    call,
    () => `/* ${never()} */`,
    () => `/* } */ ${call()}`,
    () => `// }\n${call()}\n`,
    () => `a // ${never()}\n`,
    () => `"}" + '{' + ${call()}`,
    () => `\`}\${${call()}}{\``,
    () => `\`${never()}\``,
    () => `/[}/{]/.test(${call()})`,
    () => `a / b / ${call()}`,
    () => `(a) / 2 + '/}'.length`,
    () => `x => { return /}/.test(x) || ${call()} }`,
    () => `async () => {\n  const a = await ${call()}\n\n  return a\n}`,
    () => `[\n  ${call()},\n\n  1\n]`,
    () => `{ a: { b: ${call()} } }.a`,
    () => `({ a() { if (a) /}/g.exec(b); return ${call()} } })`,
    () => `<B c={${call()}} d="}">it's {"}"} ${never()} ' </B>`,
    () => `a && <>don't {/* } */} <b.c/></>`,
    () => `function () { return /}/ }`,
    () => `class { static x = ${call()}; y = 1 }`,
    () => `((require) => require('${id()}!'))(0)`,
    () => `a ? ${call()} : ${call()}`,
    () => `a, ${call()}`,
    () => `typeof /}/ + void ${call()}`,
    () => `\`a\n\${${call()}}\n\``,
    () => `a\n+ ${call()}\n* 2`,
    () => `a <!--b, ${call()}`,
    () => `await /}/, ${call()}`,
    () => "",
    () => " ",
  ];
  const expression = () => `{${chance(0.2) ? " " : ""}${pick(chance(0.5) ? expressions.slice(0, 3) : expressions)()}}`;

  const modules = [
    () => `import a${++count} from '${id()}'`,
    () => `import "${id()}";`,
    () => `import {\n  a as b${++count},\n\n  c as d${count}\n} from '${id()}'`,
    () => `import * as a${++count}\n  from '${id()}'`,
    () => `import a${++count}\n\nfrom '${id()}'`,
    () => `export * from '${id()}'`,
    () => `export * as a${++count} from '${id()}'; export { default as b${count} } from "${id()}"`,
    () => `export const a${++count} = ${call()}`,
    () => `export const a${++count} = {\n  b: 1,\n\n  c: ${call()},\n}`,
    () => `export const a${++count} =\n\n  ${call()}`,
    () => `export const a${++count} = b +\n\n${call()}`,
    () => `export const a${++count} = () => <p>it's ${never()} {${call()}}\n\n# no {"}"}</p>`,
    () => `export function a${++count}() {\n  // it's\n\n  return /[/'"]/.test(${call()})\n}`,
    () => `export const a${++count} = /* \n\n ${never()} */ 1`,
    () => `export const a${++count} = 1 // ${never()}\nimport '${id()}'`,
    () => `export const a${++count} = \`\n\n${never()}\n\``,
    () => `export const a${++count} = x => y =>\n\n${call()}, b${count} = a ? 1\n\n: 2`,
    () => `export class A${++count} extends B\n\n{ c = ${call()} }`,
    () => `export let a${++count}\nexport var { b: b${count} = ${call()} } = {}`,
    () => `export {}\nexport {}`,
    () => `import('${id()}!')`,
    () => `import{a${++count}} from '${id()}!'`,
    () => ` import '${id()}!'`,
    () => `\timport '${id()}!'`,
    () => `important '${id()}!'`,
    () => `export default ${call()}`,
  ];
  const esm = () => pick(modules)();

  // ---- texts ----------------------------------------------------------------------------------

  const attribute = () =>
    pick([
      () => `b={${pick(expressions)() || 1}}`,
      () => `{...${call()}}`,
      () => `b="{${never()}} >"`,
      () => "b='a\nb'",
      () => "b",
      () => "b:c='`'",
      () => `b={\n  ${call()}\n}`,
    ])();
  const attributes = () => times(0, 2, () => `${pick([" ", "\n", "\n  ", "  "])}${attribute()}`).join("");
  const closed = () => `<${pick(["A", "b", "c.d", "e:f"])}${attributes()}${pick([" ", ""])}/>`;
  const phrases = [
    () => "text",
    () => "words and words",
    () => `\`${expression()}\``,
    () => `\`\` \` ${expression()} \`\``,
    () => "`",
    () => "``",
    () => `\\{${never()}}`,
    () => `\\\`${expression()}\\\``,
    () => `\\\\${expression()}`,
    () => `[a](./${expression().replace(/\s/g, "")})`,
    () => `[a](<${expression().replace(/[\n<>]/g, "")}> 'x')`,
    () => `[a](x "${expression().replace(/"/g, "")}")`,
    () => `[a](x (${expression()}))`,
    () => `[a] (b ${expression()})`,
    () => `[${expression()}](x)`,
    () => `![${expression()}](x)`,
    () => `![a [${expression()}](b) ![${expression()}](c)](x)`,
    () => `![${expression()}]`,
    () => `![${expression()}][ref]`,
    () => `![a ${expression()}][]`,
    () => `![ref][] ![Ref] [ref]`,
    () => `!${chance(0.5) ? "[K {require('./k')}]" : "[k\n{require('./k')}]"}${pick(["", "[]", "[ref]", " [ref]", "[no]"])}`,
    () => `[k  {require('./k')}](${expression()})`,
    () => `[a][${expression()}]`,
    () => `[[a](b) ${expression()}](./{x})`,
    () => `![[a](b) ${expression()}](x)`,
    () => `[a ![b](c) d](./{import('${id()}!')})`,
    () => "]", () => "[", () => "![", () => "(", () => ")", () => "!", () => "\\",
    () => "a < b", () => "&lt;&#123;", () => "**b**", () => "_i_", () => "line  \nbreak", () => "it's", () => '"',
    expression, expression, expression,
    closed, closed,
    () => `<b${attributes()}>${pick(["", "text", expression(), "`{`"])}</b>`,
    () => `<>${expression()}</>`,
    () => `import '${id()}!'`,
    () => "\n", () => "\n", () => "\n  ", () => "\n\t",
    () => "é😀", () => "\u2028", () => "\u00a0",
  ];
  const text = (most = 5) => times(1, most, () => pick(phrases)()).join(pick([" ", " ", ""]));

  // ---- blocks ---------------------------------------------------------------------------------

  const fence = () => {
    const mark = pick(["```", "~~~", "````", "~~~~"]);
    const info = pick(["", "js", " js {1,2}", "js `", "jsx title='x'"]);
    const body = times(0, 3, () => pick([esm, expression, text, () => "```", () => "~~~", () => "", () => "  ```js", () => "</A>"])());
    return [mark + info, ...body, ...(chance(0.85) ? [pick(["", "  "]) + mark + pick(["", "", "`", "  ", " a"])] : [])].join("\n");
  };
  const flow = () =>
    pick([
      expression,
      expression,
      () => `${expression()}  `,
      () => `${expression()} ${closed()}`,
      closed,
      () => `<A${attributes()}>\n${blocks(2)}\n</A>`,
      () => `<A${attributes()}>\n\n${blocks(2)}\n\n</A>`,
      () => `<A${attributes()}>${text(2)}</A>`,
      () => `<A>${expression()}</A>`,
      () => `<A>\n  ${text(2)}\n</A>`,
    ])();
  const definition = () =>
    pick([
      () => "[ref]: ./x", () => "[ref]:\n  <./x {>\n  'title'", () => `[ref]: x "${expression().replace(/"/g, "")}"`,
      () => `[${expression()}]: x`, () => "[ref]: x y", () => `[ref]: x\n"${expression().replace(/"/g, "")}\n" a`,
      () => "[k {require('./k')}]: ./x", () => "[\tk {REQUIRE('./k')} ]: ./x",
      () => `[a ${expression().replace(/[[\]]/g, "")}]: ./x`, () => "[ref]:", () => `[ReF]: (x{)}`, () => "[ref]: x (a\nb)",
    ])();
  const kinds = [
    esm, esm, esm, esm,
    text, text, text, flow, flow, flow, fence, fence,
    definition,
    () => `${"#".repeat(1 + below(7))}${pick([" ", " ", "\t", ""])}${text(2).replace(/\n\s*/g, " ")}`,
    () => `${text(2)}\n${pick(["===", "---", "=", "-", "--  ", "  ===", "= =", "--- -"])}`,
    () => pick(["---", "***", "* * *", "___", "- - -", "--", "_ _ _ a"]),
    () => `| a | ${expression()} |\n| --- | --- |\n| ${text(2)} | b |`,
    () => `    ${text(3)}`, () => `\t${expression()}`, () => "'use client'",
    () => `---\ntitle: ${pick(["x", "import", "'{'", "[a, b]"])}\n---`,
  ];

  const nest = (inner) => {
    const [first, rest] = pick([["> ", "> "], [">", ">"], ["- ", "  "], ["1. ", "   "], ["2) ", "   "], ["*   ", "    "], ["-\t", "\t"], ["-\n  ", "  "], ["> - ", ">   "], ["+ ", "  "], [">\t", ">\t"], ["- > ", "  > "]]);
    const lazy = chance(0.15) ? 0.4 : 0;
    return inner
      .split("\n")
      .map((line, i) => (i === 0 ? first + line : chance(lazy) ? line : line === "" && rest.trim() === "" && chance(0.7) ? line : rest + line))
      .join("\n");
  };
  let depth = 0;
  function block() {
    if (depth < 3 && chance(0.2)) {
      depth++;
      const inner = nest(blocks(3));
      depth--;
      return inner;
    }
    const made = pick(kinds)();
    return chance(0.08) ? made.replace(/^/gm, pick([" ", "  ", "    ", "\t", "   \t"])) : made;
  }
  const blocks = (most) => times(1, most, block).reduce((all, one) => all + (chance(0.8) ? pick(["\n\n", "\n\n", "\n \n", "\n\n\n"]) : "\n") + one);

  // ---- lines at random ------------------------------------------------------------------------

  const prefixes = ["", "", "", "> ", ">", "- ", "  ", "    ", "1. ", "2. ", "* ", "\t", ">> ", "> - ", "1)  "];
  const pieces = [
    () => "text", () => "text", () => "", () => "", () => "```", () => "~~~", () => "===", () => "---", () => "* * *", () => "- - -", () => "-", () => "1.",
    () => `import '${id()}'`, () => `import '${id()}'`, () => `export const a${++count} = 1`, () => `# ${expression()}`, () => "[ref]: ./x", () => "[ref]",
    () => `{${call()}}`, () => `{${call()}}`, () => `{[`, () => `]}`, () => "<A/>", () => `<A b={${call()}}/>`, () => "<A>", () => "</A>", () => `![{${call()}}]`,
    () => `text {${call()}}`, () => "`", () => `\` {${call()}}`, () => `{${call()}} text`, () => "<A", () => "/>", () => '"a title"', () => "[a]:", () => "'use client'",
  ];
  const lines = () => times(2, 9, () => times(0, 2, () => pick(prefixes)).join("") + pick(pieces)()).join("\n");

  let source = chance(0.3) ? lines() : blocks(6);
  if (chance(0.5)) source += "\n";
  if (chance(0.1)) source = `'use client'\n\n${source}`;
  if (chance(0.05)) source = `\ufeff${source}`;
  if (chance(0.15)) source = source.replace(/\n/g, pick(["\r\n", "\r"]));
  return source;
}
