// The modules that we visit in one environment are the inputs of a bundler that is told the same conditions.
//
// A bundler knows no directives, so ours are told here to switch to nothing. Where we and it differ on purpose,
// the difference stands here with its reason:
//   a template in an import() is followed to every file that it may mean; rolldown leaves it to the browser.
import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { scan as bundle } from "rolldown/experimental";
import { applications, project, scan } from "./helper.mjs";

const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx|mdx)$/;
const ENVIRONMENTS = {
  server: {
    conditionNames: ["react-server", "node", "module", "production"],
    mainFields: ["module", "jsnext:main", "jsnext", "main"],
    aliasFields: [],
    platform: "node", // its builtins are external
  },
  client: {
    conditionNames: ["browser", "module", "production"],
    mainFields: ["browser", "module", "jsnext:main", "jsnext", "main"],
    aliasFields: [["browser"]],
    platform: "neutral", // it adds no condition and replaces no NODE_ENV
  },
};
const EXTRA = {
  "app-router": ["app/(shop)/[[...slug]]/panels/colour.tsx", "app/(shop)/[[...slug]]/panels/size.tsx"],
};

async function inputs({ root, entry }, { platform, ...conditions }) {
  let ids = [];
  const inspect = { name: "inputs", buildEnd() { ids = [...this.getModuleIds()]; } };
  await (await bundle({
    cwd: root, input: join(root, entry), platform, tsconfig: true, logLevel: "silent", plugins: [inspect],
    transform: { jsx: "preserve" }, // no imports of a JSX runtime
    moduleTypes: { ".svg": "asset", ".css": "empty" },
    resolve: {
      ...conditions,
      extensions: [".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx", ".json"],
      extensionAlias: { ".js": [".js", ".ts", ".tsx"], ".jsx": [".jsx", ".tsx"], ".mjs": [".mjs", ".mts"], ".cjs": [".cjs", ".cts"] },
    },
  }));
  return ids.filter((id) => !id.startsWith("\0") && SCRIPT.test(id)).map((id) => relative(root, id));
}

function visited(application, environment, empty) {
  const directives = ["use client=", "use server="].flatMap((directive) => ["--directive", directive]);
  const args = ["--entry", `${environment}=${application.entry}`, "--src", empty, ...directives];
  const { modules } = scan(application.root, args);
  return modules.filter(({ environments }) => environments.includes(environment)).map(({ path }) => path);
}

for (const application of applications) {
  for (const [environment, conditions] of Object.entries(ENVIRONMENTS)) {
    test(`${application.name} in ${environment}: the inputs of rolldown`, async (t) => {
      const ours = new Set(visited(application, environment, project(t)));
      const theirs = new Set(await inputs({ ...application, root: realpathSync(application.root) }, conditions));
      assert.ok(theirs.size > 30);
      assert.deepEqual([...theirs].filter((path) => !ours.has(path)), [], "missing");
      assert.deepEqual([...ours].filter((path) => !theirs.has(path)).sort(), EXTRA[application.name] ?? [], "extra");
    });
  }
}
