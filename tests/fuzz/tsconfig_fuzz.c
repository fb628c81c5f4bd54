/* Whatever a tsconfig.json says and whatever is imported: no crash, bounded work, the same answer each
 * time; what is in node_modules has no tsconfig. */
#include "asking.h"

static struct memory_file tree[] = {
    {"/app/tsconfig.json", "", 0},
    {"/app/base.json", "", 0},
    {"/app/sub/tsconfig.json", TEXT("{\"compilerOptions\":{\"paths\":{\"@/*\":[\"./*\"]}}}")},
    {"/app/sub/a.ts", "", 0},
    {"/app/src/main.ts", "", 0},
    {"/app/src/a.ts", "", 0},
    {"/app/src/a/index.tsx", "", 0},
    {"/app/lib/a.js", "", 0},
    {"/app/node_modules/p/in.js", "", 0},
    {"/app/node_modules/q/package.json",
     TEXT("{\"exports\":{\".\":\"./a.js\",\"./*\":\"./*.json\"}}")},
    {"/app/node_modules/q/a.js", "", 0},
    {"/app/node_modules/q/base.json", TEXT("{\"compilerOptions\":{\"baseUrl\":\"${configDir}\"}}")},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char answer[8192], *specifier = take_specifier(&data, &size);
    memory_files = tree;
    memory_count = sizeof tree / sizeof *tree;
    for (int i = 0; i < 2; i++) {
        tree[i].text = (const char *)data;
        tree[i].size = size;
    }
    prologue_session *session = next_session();
    ask(session, "/app/src/main.ts", specifier, NULL);
    ask(session, "/app/src/main.ts", "@/a", NULL);
    ask(session, "/app/src/main.ts", "a", NULL);
    ask(session, "/app/src/main.ts", "./a", NULL);
    ask(session, "/app/sub/a.ts", specifier, NULL);
    ask(session, "/app/node_modules/p/in.js", specifier, NULL);
    ask_once(session, "/app/node_modules/p/in.js", "q", false, false, false, answer, sizeof answer);
    require(strcmp(answer, "/app/node_modules/q/a.js") == 0, "no tsconfig in node_modules");
    free(specifier);
    return 0;
}
