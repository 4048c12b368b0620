#pragma once

#include <sys/epoll.h>
#include <sys/types.h>

// System calls that Swift cannot reach by itself: variadic ones, and those that glibc shows only with _GNU_SOURCE.
// Unless said otherwise they return what the call returns, with errno set.

/// A pipe whose ends are close-on-exec; reading never blocks.
int courier_pipe(int ends[2]);

/// An event counter, close-on-exec and non-blocking.
int courier_eventfd(void);

/// From now on orphaned descendants become children of this process.
int courier_become_subreaper(void);

/// 1 when this process has a child, running or dead; 0 when it has none. Takes nobody's exit status.
int courier_has_children(void);

/// A descriptor for a process that is nobody else's when the number is used again.
int courier_pidfd_open(pid_t pid);

/// Sends a signal through such a descriptor.
int courier_pidfd_send_signal(int pidfd, int signal);

/// Names the calling thread, for whoever looks at it with ps or a debugger; at most 15 bytes.
int courier_name_thread(const char *name);
