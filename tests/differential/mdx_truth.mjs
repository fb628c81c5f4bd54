// What @mdx-js/mdx sees in a document, in the terms of an `inspect` line.
import { compileSync } from "@mdx-js/mdx";
import { factsOf } from "./reader_oxc.mjs";

function* programsOf(tree) {
  const stack = [tree];
  while (stack.length) {
    const node = stack.pop();
    if (node.data?.estree) yield node.data.estree;
    for (const attribute of node.attributes ?? []) {
      const estree = attribute.data?.estree ?? attribute.value?.data?.estree;
      if (estree) yield estree;
    }
    stack.push(...[...(node.children ?? [])].reverse());
  }
}

const moved = (items, by) => items.map((item) => ({ ...item, start: item.start + by, end: item.end + by }));

// null: it is no MDX. Offsets are UTF-16 units in `source`.
export function expectedMdx(source, options) {
  let tree;
  try {
    compileSync(source, { jsx: true, remarkPlugins: [() => (root) => void (tree = root)] });
  } catch {
    return null;
  }
  const mark = source.startsWith("\ufeff") ? 1 : 0;
  const body = [...programsOf(tree)].flatMap((program) => program.body);
  const { imports, functionDirectives } = factsOf({ type: "Program", body }, source.slice(mark), options);
  return { directives: [], imports: moved(imports, mark), functionDirectives: moved(functionDirectives, mark) };
}
