/* SPDX-License-Identifier: MPL-2.0 */
/* replay.c: feeds a harness each file of its corpus, as a test each; no fuzzer is needed for that.
 * Other folders or files may be given as arguments. */
#include "fuzz.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_MAX = 4 << 20 };

static unsigned done;

/* The bytes are in memory of just their size, so that a sanitizer sees who reads beyond. */
static void replay_file(const char *path)
{
    FILE *const file = fopen(path, "rb");
    char *const room = malloc(INPUT_MAX);
    uint8_t *bytes;
    size_t size;

    CHECK(file != NULL && room != NULL);
    size = fread(room, 1, INPUT_MAX, file);
    (void)fclose(file);
    bytes = malloc(size == 0 ? 1 : size);
    CHECK(bytes != NULL);
    memcpy(bytes, room, size);
    free(room);
    (void)printf("# %s\n", path);
    (void)fflush(stdout);
    (void)LLVMFuzzerTestOneInput(bytes, size);
    (void)printf("ok %u - %s\n", ++done,
                 strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1);
    free(bytes);
}

static void replay(const char *path)
{
    struct dirent **entries = NULL;
    const int count = scandir(path, &entries, NULL, alphasort);

    if (count < 0) {
        replay_file(path);
        return;
    }
    for (int i = 0; i < count; i++) {
        char inner[4096];

        (void)snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            replay_file(inner);
        }
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    const char *const root = getenv("TEST_DATA");
    const char *const slash = strrchr(argv[0], '/');
    const char *name = slash == NULL ? argv[0] : slash + 1;
    char corpus[4096];

    name += strncmp(name, "fuzz_", strlen("fuzz_")) == 0 ? strlen("fuzz_") : 0;
    (void)snprintf(corpus, sizeof corpus, "%s/tests/fuzz/corpus/%s", root == NULL ? "." : root,
                   name);
    if (argc < 2) {
        replay(corpus);
    }
    for (int i = 1; i < argc; i++) {
        replay(argv[i]);
    }
    (void)printf("1..%u\n", done);
    return done == 0;
}
