/* Runs a command and prints its wall time, processor time and peak memory as one JSON line.
 * Small and without a heap of its own, since a child's peak begins at its parent's.
 *
 *   --stdout       the command's output goes where ours goes, not to /dev/null
 *   --sample MS    resident sets, summed over the process tree, so often
 *   --limit KB     a tree that is seen above it is killed: "killed" is true
 *   --cgroup DIR   runs there: the kernel keeps the limit, and the sampling only looks on
 *   --curve FILE   a line for each sample: milliseconds and KB
 *   --seconds N    a tree that runs longer is killed: "late" is true */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { MAX_TREE = 64, TREE_EVERY = 4 };

struct tree {
    pid_t pids[MAX_TREE];
    int count;
    long peak_kb, limit_kb;
    FILE *curve;
    double start;
    long long started; /* milliseconds since 1970 */
    double seconds;
    int killed, late;
};

static double now_ms(void) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static long long since_1970_ms(void) {
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static double tv_ms(struct timeval time) {
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static int slurp(const char *path, char *text, size_t room) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, room - 1);

    if (fd >= 0)
        close(fd);
    text[size > 0 ? size : 0] = 0;
    return size > 0;
}

static void add_children(struct tree *tree, const char *list) {
    char *end;

    for (long pid; tree->count < MAX_TREE && (pid = strtol(list, &end, 10)) > 0; list = end)
        tree->pids[tree->count++] = (pid_t)pid;
}

/* Processes that were added while we go are visited too. */
static void find_tree(struct tree *tree) {
    char path[512], text[1024];

    tree->count = 1;
    for (int i = 0; i < tree->count; i++) {
        snprintf(path, sizeof path, "/proc/%d/task", (int)tree->pids[i]);
        DIR *tasks = opendir(path);

        for (struct dirent *task; tasks && (task = readdir(tasks));) {
            if (task->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)tree->pids[i],
                     task->d_name);
            if (slurp(path, text, sizeof text))
                add_children(tree, text);
        }
        if (tasks)
            closedir(tasks);
    }
}

/* The child last: until it is waited for, its number is nobody else's, and those of its children
 * are looked up anew. */
static void end_tree(struct tree *tree) {
    find_tree(tree);
    for (int i = tree->count - 1; i >= 0; i--)
        kill(tree->pids[i], SIGKILL);
}

static void enter_cgroup(const char *folder) {
    char path[512];

    snprintf(path, sizeof path, "%s/cgroup.procs", folder);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, "0", 1) != 1) {
        fprintf(stderr, "launch: %s: %s\n", path, strerror(errno));
        exit(126);
    }
    close(file);
}

static void sample(struct tree *tree) {
    char path[64], text[128];
    long pages, total = 0;

    for (int i = 0; i < tree->count; i++) {
        snprintf(path, sizeof path, "/proc/%d/statm", (int)tree->pids[i]);
        if (slurp(path, text, sizeof text) && sscanf(text, "%*d %ld", &pages) == 1)
            total += pages;
    }
    total *= sysconf(_SC_PAGESIZE) / 1024;
    if (total > tree->peak_kb)
        tree->peak_kb = total;
    if (tree->curve)
        fprintf(tree->curve, "%.2f %ld\n", now_ms() - tree->start, total);
    tree->killed |= tree->limit_kb > 0 && total > tree->limit_kb;
    tree->late |= tree->seconds > 0 && now_ms() - tree->start > tree->seconds * 1e3;
    if (tree->killed || tree->late)
        end_tree(tree);
}

/* Samples the whole tree until the child can be waited for. */
static void watch(struct tree *tree, const sigset_t *child_signal, long every_ms) {
    struct timespec pause = {every_ms / 1000, every_ms % 1000 * 1000000};

    for (int round = 0; sigtimedwait(child_signal, NULL, &pause) < 0; round++) {
        if (round % TREE_EVERY == 0)
            find_tree(tree);
        sample(tree);
    }
}

static pid_t spawn(char **command, int keep_stdout) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid;

    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&actions);
    if (!keep_stdout)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    int error = posix_spawnp(&pid, command[0], &actions, &attributes, command, environ);

    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error) {
        fprintf(stderr, "launch: %s: %s\n", command[0], strerror(error));
        exit(127);
    }
    return pid;
}

struct options {
    long every_ms, limit_kb, seconds;
    int keep_stdout;
    const char *cgroup, *curve;
};

/* The index of the command; argc where there is none. */
static int read_options(struct options *options, int argc, char **argv) {
    int at = 1;

    for (; at < argc && argv[at][0] == '-'; at++) {
        if (!strcmp(argv[at], "--stdout"))
            options->keep_stdout = 1;
        else if (at + 1 == argc)
            return argc;
        else if (!strcmp(argv[at], "--sample"))
            options->every_ms = atol(argv[++at]);
        else if (!strcmp(argv[at], "--limit"))
            options->limit_kb = atol(argv[++at]);
        else if (!strcmp(argv[at], "--seconds"))
            options->seconds = atol(argv[++at]);
        else if (!strcmp(argv[at], "--cgroup"))
            options->cgroup = argv[++at];
        else if (!strcmp(argv[at], "--curve"))
            options->curve = argv[++at];
        else
            return argc;
    }
    return at;
}

static void begin(struct tree *tree, const struct options *options) {
    sigset_t child_signal;

    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_signal, NULL);
    tree->limit_kb = options->limit_kb;
    tree->seconds = (double)options->seconds;
    if (options->curve && !(tree->curve = fopen(options->curve, "we"))) {
        fprintf(stderr, "launch: %s: %s\n", options->curve, strerror(errno));
        exit(126);
    }
    if (options->cgroup)
        enter_cgroup(options->cgroup);
    tree->started = since_1970_ms();
    tree->start = now_ms();
}

int main(int argc, char **argv) {
    struct tree tree = {.count = 1};
    struct options options = {0};
    struct rusage usage;
    sigset_t child_signal;
    int status, at = read_options(&options, argc, argv);

    if (at >= argc) {
        fputs("usage: launch [--stdout] [--sample MS] [--limit KB] [--cgroup DIR] [--curve FILE] "
              "[--seconds N] COMMAND [ARGUMENT]...\n",
              stderr);
        return 2;
    }
    begin(&tree, &options);
    tree.pids[0] = spawn(argv + at, options.keep_stdout);
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    if (options.every_ms > 0)
        watch(&tree, &child_signal, options.every_ms);
    while (wait4(tree.pids[0], &status, 0, &usage) < 0 && errno == EINTR)
        continue;
    double end = now_ms();
    if (tree.curve)
        fclose(tree.curve);

    printf("{\"wallMs\":%.4f,\"userMs\":%.3f,\"sysMs\":%.3f,\"maxrssKb\":%ld,\"treeRssKb\":%ld,"
           "\"killed\":%s,\"late\":%s,\"exit\":%d,\"startedMs\":%lld}\n",
           end - tree.start, tv_ms(usage.ru_utime), tv_ms(usage.ru_stime), usage.ru_maxrss,
           tree.peak_kb, tree.killed ? "true" : "false", tree.late ? "true" : "false",
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), tree.started);
    return 0;
}
