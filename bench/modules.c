/* Writes an application of COUNT modules into FOLDER, the same bytes every time:
 *   modules COUNT FOLDER
 * Twelve modules stand in a folder, every one can be reached from src/main.ts, and each imports three
 * others on the average: two of three stand near by, and one of six imports is react. One module in
 * twenty has a directive. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EACH = 12, FANOUT = 4, PARTS = 20, DIRECTIVE_EVERY = 20, SERVER_EVERY = 5 };

static const char *const AREAS[] = {"account",  "analytics", "billing",   "calendar", "catalog",
                                    "checkout", "dashboard", "documents", "feedback", "inventory",
                                    "layout",   "mail",      "media",     "orders",   "profile",
                                    "reports",  "search",    "settings",  "shared",   "teams"};
static const char *const KINDS[] = {"components", "hooks",  "screens", "forms", "tables",
                                    "dialogs",    "charts", "helpers", "cards", "views"};
static const char *const FIRST[EACH] = {"Page",     "Toolbar", "Summary", "Filter",
                                        "Timeline", "Detail",  "Picker",  "Preview",
                                        "Header",   "Sidebar", "Editor",  "List"};

struct writer {
    char text[16 << 10];
    size_t length;
};

static uint32_t count;
static uint64_t seed = 0x70726F6C;

static void die(const char *name) {
    fprintf(stderr, "modules: %s: %s\n", name, strerror(errno));
    exit(1);
}

static uint32_t below(uint32_t limit) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 32) * limit >> 32);
}

__attribute__((format(printf, 2, 3))) static void put(struct writer *out, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length =
        vsnprintf(out->text + out->length, sizeof out->text - out->length, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof out->text - out->length)
        die("a module is too long");
    out->length += (size_t)length;
}

/* src/AREA/FEATURE-N/KIND: twenty areas, folders of one feature in a row. */
static int folder_name(char *text, size_t size, uint32_t folder) {
    uint32_t feature = folder / 10, area = feature % 20;
    return snprintf(text, size, "%s/%s-%u/%s", AREAS[area], AREAS[feature / 20 % 20], feature / 20,
                    KINDS[folder % 10]);
}

static int module_name(char *text, size_t size, uint32_t module) {
    const char *area = AREAS[module / EACH / 10 % 20];
    return snprintf(text, size, "%c%s%s", area[0] - 'a' + 'A', area + 1, FIRST[module % EACH]);
}

static bool has_jsx(uint32_t module) {
    return module % EACH != 3 && module % EACH != 11;
}

static bool uses_react(uint32_t module) {
    return module % 2 == 0 && has_jsx(module);
}

static void put_import(struct writer *out, uint32_t from, uint32_t to, uint32_t index) {
    char name[64], here[128], there[128];
    module_name(name, sizeof name, to);
    put(out, "import { %s as Part%u } from \"", name, index);
    if (from / EACH == to / EACH) {
        put(out, "./%s\";\n", name);
        return;
    }
    folder_name(here, sizeof here, from / EACH);
    folder_name(there, sizeof there, to / EACH);
    size_t same = 0, ups = 3;
    for (size_t i = 0; here[i] == there[i] && here[i]; i++)
        if (here[i] == '/')
            same = i + 1, ups--;
    for (size_t i = 0; i < ups; i++)
        put(out, "../");
    put(out, "%s/%s\";\n", there + same, name);
}

/* What makes every module reachable: a heap in each folder, and one of the folders. */
static uint32_t put_children(struct writer *out, uint32_t module) {
    uint32_t place = module % EACH, folder = module / EACH, used = 0;
    for (uint32_t child = place * 3 + 1; child <= place * 3 + 3 && child < EACH; child++)
        if (folder * EACH + child < count)
            put_import(out, module, folder * EACH + child, used++);
    uint64_t other = (uint64_t)folder * FANOUT + place;
    if (place >= 1 && place <= FANOUT && other * EACH < count)
        put_import(out, module, (uint32_t)other * EACH, used++);
    return used;
}

static uint32_t another(uint32_t module) {
    uint32_t span = below(3) ? 5 * EACH : 0; /* near by, or anywhere */
    uint32_t low = span && module > span ? module - span : 0;
    uint32_t high = span && module + span < count ? module + span : count;
    return low + below(high - low);
}

static void put_directive(struct writer *out, uint32_t module) {
    if (module % DIRECTIVE_EVERY == 7)
        put(out, module / DIRECTIVE_EVERY % SERVER_EVERY ? "\"use client\";\n\n"
                                                         : "\"use server\";\n\n");
}

static void put_body(struct writer *out, uint32_t module, uint32_t used) {
    char name[64];
    module_name(name, sizeof name, module);
    if (!has_jsx(module)) {
        put(out,
            "\nexport const %s = (values: readonly number[]) => values.reduce((a, b) => a + b, "
            "%u);\n",
            name, module);
        for (uint32_t i = 0; i < used; i++)
            put(out, "export const with%u = (x: number) => Part%u(x) / 2;\n", i, i);
        return;
    }
    put(out, "\nexport interface %sProps {\n  title?: string;\n  rows: readonly string[];\n}\n",
        name);
    put(out, "\nconst label = (row: string) => `${row}, isn't it`.replace(/['\"]/g, \"\");\n");
    put(out, "\nexport function %s({ title = \"%s %u\", rows }: %sProps) {\n", name, name, module,
        name);
    put(out, uses_react(module) ? "  const texts = useMemo(() => rows.map(label), [rows]);\n"
                                : "  const texts = rows.map(label);\n");
    put(out, "  return (\n    <section title={title}>\n      <p>It's the team's latest.</p>\n");
    put(out, "      {texts.map((text) => <span key={text}>{text}</span>)}\n");
    for (uint32_t i = 0; i < used; i++)
        put(out, "      <Part%u rows={rows} />\n", i);
    put(out, "    </section>\n  );\n}\n");
}

static void write_file(int folder, const char *name, const struct writer *out) {
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || write(file, out->text, out->length) != (ssize_t)out->length || close(file) < 0)
        die(name);
}

static void write_module(int folder, uint32_t module) {
    static struct writer out;
    char name[64];
    out.length = 0;
    put_directive(&out, module);
    uint32_t used = put_children(&out, module);
    uint32_t more = 1 + (module % 5 < 3); /* to three on the average */
    if (uses_react(module))
        put(&out, "import { useMemo } from \"react\";\n");
    for (; more > 0; more--)
        put_import(&out, module, another(module), used++);
    put_body(&out, module, used);
    int length = module_name(name, sizeof name - 8, module);
    strcpy(name + length, has_jsx(module) ? ".tsx" : ".ts");
    write_file(folder, name, &out);
}

static int make_folder(int parent, const char *path) {
    char part[256];
    for (const char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        if (mkdirat(parent, part, 0755) < 0 && errno != EEXIST)
            die(part);
    }
    if (mkdirat(parent, path, 0755) < 0 && errno != EEXIST)
        die(path);
    int folder = openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        die(path);
    return folder;
}

static void write_text(int top, const char *place, const char *name, const char *text) {
    static struct writer out;
    int folder = make_folder(top, place);
    out.length = 0;
    put(&out, "%s", text);
    write_file(folder, name, &out);
    close(folder);
}

static void write_entry(int top) {
    char path[128], name[64], text[512];
    folder_name(path, sizeof path, 0);
    module_name(name, sizeof name, 0);
    snprintf(text, sizeof text, "import { %s } from \"./%s/%s\";\n\nconsole.log(%s);\n", name, path,
             name, name);
    write_text(top, "src", "main.ts", text);
}

int main(int argc, char **argv) {
    char path[128];
    if (argc != 3 || (count = (uint32_t)strtoul(argv[1], NULL, 10)) < EACH) {
        fputs("usage: modules COUNT FOLDER\n", stderr);
        return 2;
    }
    int top = make_folder(AT_FDCWD, argv[2]);
    write_text(top, ".", "package.json",
               "{ \"name\": \"modules\", \"private\": true, \"type\": \"module\" }\n");
    write_text(top, "node_modules/react", "package.json",
               "{ \"name\": \"react\", \"version\": \"0.0.0\", \"main\": \"index.js\" }\n");
    write_text(top, "node_modules/react", "index.js", "exports.useMemo = (make) => make();\n");
    write_entry(top);

    int source = make_folder(top, "src");
    for (uint32_t module = 0; module < count; module += EACH) {
        folder_name(path, sizeof path, module / EACH);
        int folder = make_folder(source, path);
        for (uint32_t i = module; i < module + EACH && i < count; i++)
            write_module(folder, i);
        close(folder);
    }
    return 0;
}
