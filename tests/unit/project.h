/* A small application that is changed at random between the scans of one session. */
#ifndef PROJECT_H
#define PROJECT_H

#include <sys/stat.h>
#include <unistd.h>

#include "prologue.h"
#include "unit.h"

static char root[4096];

static void path_of(char *path, size_t size, const char *name) {
    snprintf(path, size, "%s%s%s", root, *name ? "/" : "", name);
}

static void make_folders(const char *path) {
    char text[8192];
    snprintf(text, sizeof text, "%s", path);
    for (char *at = text + strlen(root) + 1; *at; at++) {
        if (*at == '/') {
            *at = 0;
            mkdir(text, 0777);
            *at = '/';
        }
    }
}

static void put(const char *name, const char *text) {
    char path[8192];
    path_of(path, sizeof path, name);
    make_folders(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void take(const char *name) {
    char path[8192];
    path_of(path, sizeof path, name);
    unlink(path);
}

/* Not among the files of others, whose comings and goings are changes too. */
static int make_root(void **state) {
    (void)state;
    char name[] = "again-XXXXXX";
    assert_non_null(mkdtemp(name));
    assert_non_null(realpath(name, root));
    return 0;
}

static int remove_root(void **state) {
    (void)state;
    char command[8192];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

/* Longer than the kernel's tick: what was written before it is told from what is written after it. */
static void let_time_pass(void) {
    usleep(12 * 1000);
}

static prologue_session *create(uint32_t threads) {
    prologue_session_options options = {.size = sizeof options, .threads = threads};
    prologue_session *session = NULL;
    assert_int_equal(prologue_session_create(&session, &options), 0);
    return session;
}

static const prologue_entry entry = {"src/main.tsx", NULL};

static void invalidate(prologue_session *session, const char *name) {
    char path[8192];
    const char *paths[] = {path};
    path_of(path, sizeof path, name);
    assert_int_equal(prologue_session_invalidate(session, paths, 1), 0);
}

static void make_project(void) {
    put("package.json", "{\"name\":\"app\",\"imports\":{\"#lib\":\"./src/lib.ts\"}}");
    put("src/main.tsx", "import './a'; import './b'; import '#lib'; import 'p'");
    put("src/a.tsx", "'use client'; import './c'; export const a = 1");
    put("src/b.ts", "'use server'; import './missing'");
    put("src/c.ts", "export const c = import.meta.glob('./pages/*.tsx')");
    put("src/lib.ts", "import data from './data.json'");
    put("src/data.json", "{}");
    put("src/pages/one.tsx", "'use client'");
    put("node_modules/p/package.json", "{\"name\":\"p\",\"exports\":\"./p.js\"}");
    put("node_modules/p/p.js", "'use client'");
    let_time_pass();
}

static uint64_t random_state;

static uint32_t any(uint32_t limit) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33) % limit;
}

static const char *const files[] = {"src/a.tsx",         "src/b.ts",     "src/c.ts",
                                    "src/c/index.ts",    "src/c.js",     "src/d.mjs",
                                    "src/lib.ts",        "lib/lib.ts",   "src/pages/one.tsx",
                                    "src/pages/two.tsx", "src/x/y/z.ts", "src/main.tsx"};
static const char *const specifiers[] = {
    "./a",   "./b", "./c", "./c.js",      "./d.mjs", "#lib",    "p",
    "p/sub", "@/c", "@/z", "./pages/one", "./none",  "./x/y/z", "./style.css"};
static const char *const packages[] = {
    "{\"name\":\"p\",\"exports\":{\".\":\"./p.js\",\"./sub\":{\"node\":\"./s.js\"}}}",
    "{\"name\":\"p\",\"main\":\"s\"}", "{\"name\":\"p\",\"browser\":{\"./p.js\":\"./s.js\"}}",
    "{\"name\": broken"};
static const char *const tsconfigs[] = {
    "{\"compilerOptions\":{\"paths\":{\"@/*\":[\"./src/*\"]}}}",
    "{\"compilerOptions\":{\"paths\":{\"@/*\":[\"./lib/*\",\"./src/x/y/*\"]}}}",
    "{\"compilerOptions\":{\"verbatimModuleSyntax\":true}}", "[]"};

static void random_text(char *text, size_t size) {
    static const char *const heads[] = {"", "'use client';", "'use server';", "// no\n"};
    size_t length = (size_t)snprintf(text, size, "%s", heads[any(4)]);
    for (uint32_t i = any(5); i > 0; i--) {
        length += (size_t)snprintf(text + length, size - length, "import '%s';",
                                   specifiers[any(sizeof specifiers / sizeof *specifiers)]);
    }
    if (any(6) == 0) {
        snprintf(text + length, size - length, "import.meta.glob('./pages/*.tsx');");
    }
}

static void told(prologue_session *session, const char *name, bool tell) {
    if (tell) {
        invalidate(session, name);
    }
}

static void change_link(prologue_session *session, bool tell) {
    char path[8192];
    path_of(path, sizeof path, "src/linked.ts");
    unlink(path);
    if (any(3)) {
        assert_int_equal(symlink(any(2) ? "b.ts" : "../lib/lib.ts", path), 0);
    }
    told(session, "src/linked.ts", tell);
}

static void rename_folder(prologue_session *session, bool tell) {
    char from[8192], to[8192];
    bool there = any(2);
    path_of(from, sizeof from, there ? "src/x" : "src/w");
    path_of(to, sizeof to, there ? "src/w" : "src/x");
    if (access(to, F_OK) != 0 && rename(from, to) == 0) {
        told(session, "src/x", tell);
        told(session, "src/w", tell);
    }
}

static void change(prologue_session *session, bool tell) {
    char text[512];
    const char *name = files[any(sizeof files / sizeof *files)];
    switch (any(10)) {
    case 0:
        if (strcmp(name, entry.path) != 0) {
            take(name);
            told(session, name, tell);
        }
        return;
    case 1:
        name = "node_modules/p/package.json";
        put(name, packages[any(4)]);
        told(session, name, tell);
        return;
    case 2:
        name = "tsconfig.json";
        if (any(4)) {
            put(name, tsconfigs[any(4)]);
        } else {
            take(name);
        }
        told(session, name, tell);
        return;
    case 3:
        change_link(session, tell);
        return;
    case 4:
        rename_folder(session, tell);
        return;
    case 5:
        name = any(2) ? "src/style.css" : "node_modules/p/s.js";
        if (any(2)) {
            put(name, "'use client'");
        } else {
            take(name);
        }
        told(session, name, tell);
        return;
    default:
        random_text(text, sizeof text);
        put(name, text);
        told(session, name, tell);
    }
}

#endif
