/* The read floor: open, read to the end and close each listed file, nothing else.
 * No scanner that opens every module can be faster with plain system calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { BATCH = 16, MAX_THREADS = 256, HIGH_DESCRIPTOR = 1000 };
#define BUFFER_SIZE (256u * 1024u)

struct list {
    char *text;
    char **paths;
    size_t count;
};

struct work {
    const struct list *list;
    atomic_size_t next;
    atomic_size_t failed; /* index + 1 of the first file that failed, else 0 */
    int error;
};

struct worker {
    uv_thread_t thread;
    struct work *work;
    char *buffer;
    uint64_t bytes;
};

static void die(const char *what, const char *name) {
    fprintf(stderr, "floor: %s: %s\n", name, what);
    exit(1);
}

static void load_list(struct list *list, const char *name) {
    size_t size = 0, room = 1 << 20, got, lines = 1;
    FILE *file = fopen(name, "rb");

    if (!file || !(list->text = malloc(room)))
        die(strerror(errno), name);
    while ((got = fread(list->text + size, 1, room - size - 1, file)) > 0) {
        size += got;
        if (size == room - 1 && !(list->text = realloc(list->text, room *= 2)))
            die(strerror(errno), name);
    }
    if (ferror(file))
        die(strerror(errno), name);
    fclose(file);
    list->text[size] = 0;

    for (size_t i = 0; i < size; i++)
        lines += list->text[i] == '\n';
    if (!(list->paths = malloc(lines * sizeof *list->paths)))
        die(strerror(errno), name);
    for (char *line = strtok(list->text, "\n"); line; line = strtok(NULL, "\n"))
        list->paths[list->count++] = line;
    if (list->count == 0)
        die("no files listed", name);
}

/* A descriptor table that grows in a threaded process waits for the kernel. */
static void enlarge_descriptor_table(void) {
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR);

    if (fd >= 0)
        close(fd);
}

/* Returns the file's size, or -1 with errno set. */
static int64_t read_file(const char *path, char *buffer) {
    int64_t bytes = 0;
    ssize_t got;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    while ((got = read(fd, buffer, BUFFER_SIZE)) > 0)
        bytes += got;
    if (got < 0)
        bytes = -1;
    int error = errno;
    close(fd);
    errno = error;
    return bytes;
}

static void fail(struct work *work, size_t index, int error) {
    size_t none = 0;

    if (atomic_compare_exchange_strong(&work->failed, &none, index + 1))
        work->error = error;
    atomic_store(&work->next, work->list->count);
}

static void run_worker(void *argument) {
    struct worker *worker = argument;
    struct work *work = worker->work;
    const struct list *list = work->list;
    uint64_t bytes = 0;
    size_t first;

    while ((first = atomic_fetch_add(&work->next, BATCH)) < list->count) {
        size_t end = list->count - first < BATCH ? list->count : first + BATCH;

        for (size_t i = first; i < end; i++) {
            int64_t got = read_file(list->paths[i], worker->buffer);

            if (got < 0) {
                fail(work, i, errno);
                return;
            }
            bytes += (uint64_t)got;
        }
    }
    worker->bytes = bytes;
}

/* The calling thread is one of the workers. */
static double run_once(const struct list *list, struct worker *workers, int threads,
                       uint64_t *bytes) {
    struct work work = {.list = list};
    uint64_t start = uv_hrtime();

    for (int i = 0; i < threads; i++)
        workers[i].work = &work;
    for (int i = 1; i < threads; i++) {
        int status = uv_thread_create(&workers[i].thread, run_worker, &workers[i]);

        if (status)
            die(uv_strerror(status), "thread");
    }
    run_worker(&workers[0]);
    for (int i = 1; i < threads; i++)
        uv_thread_join(&workers[i].thread);
    uint64_t end = uv_hrtime();

    if (atomic_load(&work.failed))
        die(strerror(work.error), list->paths[work.failed - 1]);
    *bytes = 0;
    for (int i = 0; i < threads; i++)
        *bytes += workers[i].bytes;
    return (double)(end - start) / 1e6;
}

static int number(const char *text, int most) {
    char *end = NULL;
    long value = text ? strtol(text, &end, 10) : 0;

    if (!text || *end || value < 1 || value > most)
        die("not a number in range", text ? text : "(missing)");
    return (int)value;
}

int main(int argc, char **argv) {
    static struct worker workers[MAX_THREADS];
    struct list list = {0};
    const char *name = NULL;
    int threads = 2, runs = 1;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--threads"))
            threads = number(argv[++i], MAX_THREADS);
        else if (!strcmp(argv[i], "--runs"))
            runs = number(argv[++i], 1000000);
        else
            name = argv[i];
    }
    if (!name) {
        fputs("usage: floor [--threads N] [--runs N] LISTFILE\n", stderr);
        return 1;
    }
    load_list(&list, name);
    for (int i = 0; i < threads; i++) {
        if (!(workers[i].buffer = malloc(BUFFER_SIZE)))
            die(strerror(errno), "buffer");
    }
    enlarge_descriptor_table();

    for (int run = 0; run < runs; run++) {
        uint64_t bytes;
        double elapsed = run_once(&list, workers, threads, &bytes);

        printf("{\"files\":%zu,\"bytes\":%llu,\"threads\":%d,\"elapsedMs\":%.4f}\n", list.count,
               (unsigned long long)bytes, threads, elapsed);
    }
    for (int i = 0; i < threads; i++)
        free(workers[i].buffer);
    free(list.paths);
    free(list.text);
    return 0;
}
