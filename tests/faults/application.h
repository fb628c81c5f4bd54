/* A small application in memory that asks for every stage: manifests, conditions, patterns, browser
 * maps, configs that extend each other, globs, documents, and a file that only the grammar reads. */
#ifndef APPLICATION_H
#define APPLICATION_H

#include "memory_os.h"
#include "prologue.h"

static struct memory_file application[] = {
    {"/app/package.json", TEXT("{\"name\": \"app\", \"imports\": {\"#in/*\": \"./src/*.ts\"},"
                               "\"exports\": {\".\": \"./src/entry.tsx\"}}")},
    {"/app/tsconfig.json", TEXT("{\"extends\": \"./base.json\", // a comment\n"
                                "\"compilerOptions\": {\"verbatimModuleSyntax\": false,},}")},
    {"/app/base.json", TEXT("{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}}")},
    {"/app/src/entry.tsx",
     TEXT("'use client';\n"
          "import { a } from './a'; import b from '@/b'; import '#in/c'; import 'pkg';\n"
          "import 'pkg/deep/x'; import 'cjs'; import 'broken'; import 'gone'; import 'node:fs';\n"
          "import './zz/hard'; import './page.mdx'; import './picture.svg'; import 'app';\n"
          "const all = import.meta.glob('./parts/*.ts');\n"
          "export default () => <a href={b}>{import(`./parts/${a}.ts`)}</a>;\n")},
    {"/app/src/a.ts", TEXT("export { x as a } from './c'; const y = <any>1 < 2 ? /a/ : `${y}`;\n"
                           "export async function save() { 'use server'; }\n")},
    {"/app/src/b.ts", TEXT("'use server'\nexport default 'b'; import { A } from './types';\n"
                           "('use client'); require('./nothing'); try { require('no') } catch {}")},
    {"/app/src/c.ts", TEXT("'use-client'; import type { T } from './types'; export const x = 1;")},
    {"/app/src/types.ts", TEXT("export type T = 1; export interface A {}")},
    {"/app/src/late.js", TEXT("'use client'; module.exports = require('cjs/lib/util')")},
    {"/app/src/page.mdx", TEXT("import { A } from './late'\n\n# Title\n\n<A b={import('./a')} />\n"
                               "\n- *text* {'use client'}\n\n```js\nimport 'no'\n```\n")},
    {"/app/src/picture.svg", TEXT("<svg/>")},
    {"/app/src/parts/one.ts", TEXT("'use client'; import '../../lone'")},
    {"/app/src/parts/two.ts", TEXT("import './one'")},
    {"/app/lone/index.js", TEXT("'use client'\n")},
    {"/app/node_modules/pkg/package.json",
     TEXT("{\"name\": \"pkg\", \"exports\": {\".\": {\"react-server\": \"./server.mjs\", "
          "\"default\":"
          "\"./client.mjs\"}, \"./deep/*\": [\"./lib/*.mjs\", \"./lib/*.js\"], \"./no\": 1}}")},
    {"/app/node_modules/pkg/server.mjs", TEXT("import './lib/x.mjs'")},
    {"/app/node_modules/pkg/client.mjs", TEXT("'use client'; import 'pkg/deep/x'")},
    {"/app/node_modules/pkg/lib/x.mjs", TEXT("'use client'; export * from '../server.mjs'")},
    {"/app/node_modules/cjs/package.json",
     TEXT("{\"main\": \"./lib\", \"browser\": {\"./lib/util.js\": \"./lib/browser.js\","
          "\"fs\": false, \"./lib/no.js\": 2}}")},
    {"/app/node_modules/cjs/lib/index.js", TEXT("require('./util'); require('fs')")},
    {"/app/node_modules/cjs/lib/util.js", TEXT("'use client'")},
    {"/app/node_modules/cjs/lib/browser.js", TEXT("'use client'")},
    {"/app/node_modules/broken/package.json", TEXT("{\"main\": \"x.js\",, }")},
    {"/app/node_modules/broken/index.js", TEXT("")},
    {"/app/src/zz/hard.js", TEXT("import type { A } from '../types'\nimport '../late'\n"
                                 "export const x = y as const;\n")},
};

static const prologue_entry application_entry = {"src/entry.tsx", NULL};

static prologue_scan_request application_request(void) {
    return (prologue_scan_request){.size = sizeof(prologue_scan_request),
                                   .root = "/app",
                                   .entries = &application_entry,
                                   .entry_count = 1};
}

/* `grammar`: with the last file, for which a query has to be compiled, and that takes long. */
static void application_install(bool grammar) {
    memory_files = application;
    memory_count = (int)(sizeof application / sizeof *application) - !grammar;
}

/* What was written, to be compared. */
struct written {
    char text[64 << 10];
    size_t length;
};

static int write_down(void *payload, const char *bytes, size_t length) {
    struct written *written = payload;
    require(length < sizeof written->text - written->length, "room for what is written");
    memcpy(written->text + written->length, bytes, length);
    written->length += length;
    written->text[written->length] = 0;
    return 0;
}

/* The report without what is never the same twice. 0 or a code. */
static int write_report(prologue_report *report, struct written *written) {
    int code = prologue_report_write(report, PROLOGUE_REPORT_EDGES, write_down, written);
    char *stats = code ? NULL : strstr(written->text, "\"stats\"");
    if (stats) {
        *stats = 0;
        written->length = (size_t)(stats - written->text);
    }
    return code;
}

#endif
