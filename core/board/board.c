/* SPDX-License-Identifier: MPL-2.0 */
/* board.c: see board.h. */
#include "board/board.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int board_new(void)
{
    const int descriptor = memfd_create("codev-board", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (descriptor < 0) {
        return -1;
    }
    /* Nobody makes it smaller: those who have mapped it would die of it. */
    if (ftruncate(descriptor, sizeof(struct board)) != 0 ||
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        (void)close(descriptor);
        return -1;
    }
    return descriptor;
}

struct board *board_map(int descriptor, bool writable)
{
    void *board = mmap(NULL, sizeof(struct board), writable ? PROT_READ | PROT_WRITE : PROT_READ,
                       MAP_SHARED, descriptor, 0);

    return board != MAP_FAILED ? board : NULL;
}

void board_unmap(const struct board *board)
{
    if (board != NULL) {
        (void)munmap((void *)board, sizeof *board);
    }
}

static void set(char text_r[BOARD_TEXT_SIZE], const char *text)
{
    const size_t length = strnlen(text, BOARD_TEXT_SIZE - 1);

    memcpy(text_r, text, length);
    text_r[length] = '\0';
}

void board_begin(struct board_place *place, int64_t steady)
{
    if (place != NULL) {
        memset(&place->activity, 0, sizeof place->activity);
        set(place->activity.stage, "accept");
        atomic_store_explicit(&place->began, steady, memory_order_release);
    }
}

void board_request(struct board_place *place, const char *request, const char *method)
{
    if (place != NULL) {
        set(place->activity.request, request);
        set(place->activity.method, method);
    }
}

void board_route(struct board_place *place, const char *plugin, const char *route)
{
    if (place != NULL) {
        set(place->activity.plugin, plugin);
        set(place->activity.route, route);
    }
}

void board_stage(struct board_place *place, const char *stage)
{
    if (place != NULL) {
        set(place->activity.stage, stage);
    }
}

void board_end(struct board_place *place)
{
    if (place != NULL) {
        atomic_store_explicit(&place->began, 0, memory_order_release);
        atomic_fetch_add_explicit(&place->served, 1, memory_order_relaxed);
    }
}

static struct board_plugin *find_plugin(struct board *board, const char *name)
{
    for (size_t i = 0; i < BOARD_PLUGINS_MAX; i++) {
        struct board_plugin *plugin = &board->plugins[i];

        if (strncmp(plugin->name, name, BOARD_TEXT_SIZE - 1) == 0) {
            return plugin;
        }
    }
    return NULL;
}

struct board_plugin *board_plugin(struct board *board, const char *name)
{
    struct board_plugin *plugin = find_plugin(board, name);

    if (plugin == NULL && (plugin = find_plugin(board, "")) != NULL) {
        set(plugin->name, name);
    }
    return plugin;
}

/* Each closing that follows another is twice as long; one that went well since is forgotten. */
static void close_plugin(struct board_plugin *plugin, int64_t steady)
{
    const unsigned before = atomic_load(&plugin->closings);
    int64_t pause = BOARD_PAUSE_S;

    for (unsigned i = 0; i < before && pause < BOARD_PAUSE_MAX_S; i++) {
        pause *= 2;
    }
    pause = pause < BOARD_PAUSE_MAX_S ? pause : BOARD_PAUSE_MAX_S;
    memset(plugin->strikes, 0, sizeof plugin->strikes);
    atomic_store(&plugin->closings, before + 1);
    atomic_store(&plugin->closed_until, steady + pause * 1000000);
}

/* True when this strike was one too many. */
static bool strike(struct board_plugin *plugin, int64_t steady)
{
    int64_t *const strikes = plugin->strikes;

    atomic_fetch_add(&plugin->crashes, 1);
    memmove(strikes, strikes + 1, (BOARD_STRIKES - 1) * sizeof *strikes);
    strikes[BOARD_STRIKES - 1] = steady;
    if (strikes[0] == 0 || steady - strikes[0] > BOARD_STRIKES_S * INT64_C(1000000)) {
        return false;
    }
    close_plugin(plugin, steady);
    return true;
}

bool board_crashed(struct board *board, struct board_place *place, pid_t pid, int wait_status,
                   int64_t now, int64_t steady)
{
    const unsigned number = atomic_fetch_add(&board->crash_count, 1);
    struct board_crash *crash = &board->crashes[number % BOARD_CRASHES_MAX];
    const bool at_work = atomic_load(&place->began) != 0;
    struct board_plugin *plugin = NULL;

    *crash = (struct board_crash){
        .at = now,
        .pid = (int)pid,
        .signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0,
        .status = WIFSIGNALED(wait_status) ? 0 : WEXITSTATUS(wait_status),
    };
    if (at_work) {
        board_text(crash->activity.request, place->activity.request);
        board_text(crash->activity.plugin, place->activity.plugin);
        board_text(crash->activity.method, place->activity.method);
        board_text(crash->activity.route, place->activity.route);
        board_text(crash->activity.stage, place->activity.stage);
        if (crash->activity.plugin[0] != '\0') {
            plugin = find_plugin(board, crash->activity.plugin);
        }
    }
    return plugin != NULL && strike(plugin, steady);
}

int64_t board_closed(const struct board_plugin *plugin, int64_t steady)
{
    const int64_t until = atomic_load_explicit(&plugin->closed_until, memory_order_relaxed);

    return until > steady ? (until - steady + 999999) / 1000000 : 0;
}

bool board_open(struct board *board, const char *name)
{
    struct board_plugin *plugin = *name != '\0' ? find_plugin(board, name) : NULL;

    if (plugin == NULL) {
        return false;
    }
    memset(plugin->strikes, 0, sizeof plugin->strikes);
    atomic_store(&plugin->closings, 0);
    atomic_store(&plugin->closed_until, 0);
    return true;
}

void board_text(char text_r[BOARD_TEXT_SIZE], const char text[BOARD_TEXT_SIZE])
{
    size_t i = 0;

    for (; i < BOARD_TEXT_SIZE - 1 && text[i] != '\0'; i++) {
        text_r[i] = text[i];
        if (text_r[i] < ' ' || text_r[i] > '~') {
            text_r[i] = '?';
        }
    }
    text_r[i] = '\0';
}
