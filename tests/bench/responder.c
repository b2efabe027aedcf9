/* SPDX-License-Identifier: MPL-2.0 */
/* responder.c: the least that libfcgi can do, as a measure for codev: workers forked beforehand that
 * share one unix socket, each answering every request with the same short document. */
#include <errno.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BACKLOG = 1024, WORKERS_MAX = 256 };

static int fail(const char *what)
{
    fprintf(stderr, "responder: %s: %s\n", what, strerror(errno));
    return 1;
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int listener = socket(AF_UNIX, SOCK_STREAM, 0);

    if (listener < 0 || strlen(path) >= sizeof address.sun_path) {
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    (void)umask(0); /* nginx may run as another user */
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, BACKLOG) != 0) {
        return -1;
    }
    return listener;
}

static int serve(int listener)
{
    static const char answer[] = "Content-Type: application/xml\r\n\r\n<answer/>\n";
    FCGX_Request request;

    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, listener, 0) != 0) {
        return 1;
    }
    while (FCGX_Accept_r(&request) == 0) {
        (void)FCGX_PutStr(answer, (int)sizeof answer - 1, request.out);
        FCGX_Finish_r(&request);
    }
    return 1;
}

/* Workers die with this process, which dies of a plain SIGTERM. */
static int start_worker(int listener)
{
    const pid_t parent = getpid();
    const pid_t pid = fork();

    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        _exit(getppid() == parent ? serve(listener) : 0);
    }
    return pid > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    const int workers = argc == 3 ? atoi(argv[2]) : 0;
    int listener;

    if (workers < 1 || workers > WORKERS_MAX) {
        fprintf(stderr, "Usage: responder SOCKET WORKERS\n");
        return 2;
    }
    listener = listen_at(argv[1]);
    if (listener < 0) {
        return fail(argv[1]);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < workers; i++) {
        if (start_worker(listener) != 0) {
            return fail("fork");
        }
    }
    (void)wait(NULL); /* none ends by itself */
    return fail("a worker ended");
}
