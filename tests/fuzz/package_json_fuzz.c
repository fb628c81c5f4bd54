/* Whatever a package.json says and whatever is imported: no crash, bounded work, the same answer each
 * time, and nothing outside of node_modules is as much as asked for. */
#include "asking.h"

static struct memory_file tree[] = {
    {"/app/node_modules/p/package.json", "", 0},
    {"/app/node_modules/p/in.js", "", 0},
    {"/app/node_modules/p/index.js", "", 0},
    {"/app/node_modules/p/a.js", "", 0},
    {"/app/node_modules/p/b.ts", "", 0},
    {"/app/node_modules/p/lib/a.js", "", 0},
    {"/app/node_modules/p/lib/index.mjs", "", 0},
    {"/app/node_modules/p/lib/deep/in.js", "", 0},
    {"/app/node_modules/q/package.json",
     TEXT("{\"exports\":{\".\":\"./a.js\",\"./*\":\"./*.js\"}}")},
    {"/app/node_modules/q/a.js", "", 0},
    {"/app/node_modules/%secret/x.js", "", 0},
    {"/app/main.js", "", 0},
    {"/app/secret.js", "", 0},
    {"/secret.js", "", 0},
    {"/etc/passwd", "", 0},
};

static void ask_with(prologue_session *session, const char *from, const char *head,
                     const char *specifier, const char *inside) {
    size_t size = strlen(head) + strlen(specifier) + 1;
    char *whole = malloc(size);
    snprintf(whole, size, "%s%s", head, specifier);
    ask(session, from, whole, inside);
    free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char inside[] = "/app/node_modules/", in[] = "/app/node_modules/p/in.js",
                      deep[] = "/app/node_modules/p/lib/deep/in.js";
    char *specifier = take_specifier(&data, &size);
    memory_files = tree;
    memory_count = sizeof tree / sizeof *tree;
    tree[0].text = (const char *)data;
    tree[0].size = size;
    prologue_session *session = next_session();
    ask(session, "/app/main.js", "p", inside);
    ask_with(session, "/app/main.js", "p/", specifier, inside);
    ask_with(session, in, "#", specifier, inside);
    ask(session, in, "./a.js", inside);
    ask(session, in, "q", inside);
    ask(session, deep, "../a", inside);
    ask(session, in, specifier, NULL);
    ask(session, "/app/main.js", specifier, NULL);
    free(specifier);
    return 0;
}
