#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

int courier_forbid_core_dumps(void) {
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none);
}

int courier_has_children(void) {
    siginfo_t info;
    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        if (errno == ECHILD) return 0;
        if (errno != EINTR) return 1;
    }
    return 1;
}

// Not in Debian 12's headers, or only in the kernel's own.
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#define COURIER_CLOSE_RANGE_CLOEXEC 4
#define COURIER_P_PIDFD 3

/// What the child needs, and what it says when it cannot go on. It shares our memory until it executes.
struct child {
    const struct courier_command *command;
    const cpu_set_t *processors;
    enum courier_stage stage;
    int error;
};

/// The first `count` processors of those this process may use; 0 when there are none to choose.
static int choose_processors(int count, cpu_set_t *chosen) {
    cpu_set_t allowed;
    CPU_ZERO(chosen);
    if (count <= 0 || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
    for (int number = 0; number < CPU_SETSIZE && count > 0; number++) {
        if (!CPU_ISSET(number, &allowed)) continue;
        CPU_SET(number, chosen);
        count--;
    }
    return 1;
}

/// Only system calls are safe here: the parent's other threads go on meanwhile.
static int start_child(void *argument) {
    struct child *child = argument;
    const struct courier_command *command = child->command;
    for (int number = 1; number < NSIG; number++) {
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(number, &standard, NULL);
    }
    setpgid(0, 0);
    child->stage = courier_stage_group;
    if (command->group >= 0 && write(command->group, "0", 1) != 1) goto failed;
    child->stage = courier_stage_processors;
    if (child->processors != NULL && sched_setaffinity(0, sizeof *child->processors, child->processors) != 0) goto failed;
    child->stage = courier_stage_directory;
    if (chdir(command->directory) != 0) goto failed;
    child->stage = courier_stage_execution;
    // Copies above 2 first, so that none of the three is overwritten before it is used.
    int streams[3] = {command->input, command->output, command->error};
    for (int number = 0; number < 3; number++) {
        if (streams[number] <= 2 && (streams[number] = fcntl(streams[number], F_DUPFD_CLOEXEC, 3)) < 0) goto failed;
    }
    for (int number = 0; number < 3; number++) {
        if (dup2(streams[number], number) < 0) goto failed;
    }
    syscall(SYS_close_range, 3, ~0U, COURIER_CLOSE_RANGE_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(command->executable, command->arguments, command->environment);
failed:
    child->error = errno;
    _exit(127);
}

pid_t courier_start(const struct courier_command *command, int *pidfd, enum courier_stage *stage) {
    cpu_set_t processors;
    struct child child = {.command = command, .processors = choose_processors(command->cores, &processors) ? &processors : NULL};
    char stack[64 << 10] __attribute__((aligned(16)));
    // A handler of ours must not run in the child, whose memory is ours.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    // Like vfork: this thread goes on when the child has executed or ended. Nothing of our memory is copied, however much that is.
    pid_t pid = clone(start_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child, pidfd);
    int error = pid < 0 ? errno : child.error;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    *stage = pid < 0 ? courier_stage_creation : child.stage;
    if (error == 0) return pid;
    if (pid > 0) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
        close(*pidfd);
    }
    errno = error;
    return -1;
}

int courier_ending(int pidfd, int *code) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    while (waitid(COURIER_P_PIDFD, pidfd, &info, WEXITED) != 0) {
        if (errno != EINTR) return -1;
    }
    *code = info.si_status;
    return info.si_code == CLD_EXITED ? 0 : 1;
}

int courier_processor_count(void) {
    cpu_set_t allowed;
    return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

int courier_contains(const void *bytes, size_t size, const void *part, size_t count) { return memmem(bytes, size, part, count) != NULL; }

int courier_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int courier_pidfd_send_signal(int pidfd, int signal) { return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0); }

int courier_memory_file(const void *bytes, size_t count) {
    int file = memfd_create("courier-input", MFD_CLOEXEC);
    if (file < 0) return -1;
    size_t written = 0;
    while (written < count) {
        ssize_t size = write(file, (const char *)bytes + written, count - written);
        if (size > 0) {
            written += (size_t)size;
        } else if (errno != EINTR) {
            int error = errno;
            close(file);
            errno = error;
            return -1;
        }
    }
    lseek(file, 0, SEEK_SET);
    return file;
}

int courier_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

void courier_release_memory(void) {
    FILE *maps = fopen("/proc/self/smaps", "re");
    if (maps != NULL) {
        char line[512];
        unsigned long start = 0, end = 0;
        int is_candidate = 0;
        while (fgets(line, sizeof line, maps) != NULL) {
            unsigned long from, to, inode, anonymous;
            char mode[5];
            if (sscanf(line, "%lx-%lx %4s %*x %*s %lu", &from, &to, mode, &inode) == 4) {
                start = from;
                end = to;
                is_candidate = inode != 0 && mode[0] == 'r' && mode[1] == '-' && mode[3] == 'p';
            } else if (is_candidate && sscanf(line, "Anonymous: %lu", &anonymous) == 1) {
                // Anonymous pages are changed ones (relocations, breakpoints), which would be lost.
                if (anonymous == 0) madvise((void *)start, end - start, MADV_DONTNEED);
                is_candidate = 0;
            }
        }
        fclose(maps);
    }
    malloc_trim(0);
}

void courier_share_heaps(void) { mallopt(M_ARENA_MAX, 2); }
