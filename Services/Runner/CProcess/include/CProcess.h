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

/// From now on neither this process nor what it starts leaves its memory in a file when it crashes.
int courier_forbid_core_dumps(void);

/// 1 when this process has a child, running or dead; 0 when it has none. Takes nobody's exit status.
int courier_has_children(void);

/// A command to start.
struct courier_command {
    /// An absolute path.
    const char *executable;
    /// With the name first, NULL last.
    char *const *arguments;
    /// NAME=value, NULL last.
    char *const *environment;
    /// Where it starts.
    const char *directory;
    /// Its standard streams.
    int input, output, error;
    /// How many processors it may use; 0 for all that this process may use.
    int cores;
    /// `cgroup.procs` of the control group it belongs to, open for writing; -1 for this process's own.
    int group;
};

/// What was done when a command could not be started.
enum courier_stage { courier_stage_creation, courier_stage_group, courier_stage_processors, courier_stage_directory, courier_stage_execution };

/// Starts a command in a process group of its own, with default signal handling and no descriptors but the three streams. Blocks until it executes.
/// Returns its number and a close-on-exec descriptor for it; -1 with errno and the stage it came to.
pid_t courier_start(const struct courier_command *command, int *pidfd, enum courier_stage *stage);

/// Waits for the end of a child. Returns 0 with its exit code, 1 with the number of the signal that ended it, -1 with errno.
int courier_ending(int pidfd, int *code);

/// How many processors this process may use, at least 1.
int courier_processor_count(void);

/// Whether the `size` bytes at `bytes` contain the `count` bytes at `part`.
int courier_contains(const void *bytes, size_t size, const void *part, size_t count);

/// A descriptor for a process that is nobody else's when the number is used again.
int courier_pidfd_open(pid_t pid);

/// Sends a signal through such a descriptor.
int courier_pidfd_send_signal(int pidfd, int signal);

/// A file that exists in memory only, holds `count` bytes, stands at its start, and is close-on-exec.
int courier_memory_file(const void *bytes, size_t count);

/// Names the calling thread, for whoever looks at it with ps or a debugger; at most 15 bytes.
int courier_name_thread(const char *name);

/// Gives back memory that is not needed now: free memory of the heap, and what was read of program files and never changed, which the kernel
/// reads again when it is needed.
void courier_release_memory(void);

/// From now on all threads share two heaps; the C library would give every thread one, whose free space no other thread can use.
void courier_share_heaps(void);
