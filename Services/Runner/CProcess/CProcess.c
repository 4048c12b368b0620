#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int courier_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    // Of the two open file descriptions only the reading one is ours; the writing one is the child's and must block as it expects.
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0) return 0;
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    errno = error;
    return -1;
}

int courier_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int courier_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int courier_has_children(void) {
    siginfo_t info;
    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        if (errno == ECHILD) return 0;
        if (errno != EINTR) return 1;
    }
    return 1;
}

int courier_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int courier_pidfd_send_signal(int pidfd, int signal) { return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0); }

int courier_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }
