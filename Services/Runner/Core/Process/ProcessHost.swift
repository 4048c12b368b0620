import CProcess
import Glibc
import Synchronization

/// Runs processes, each in a process group of its own, and leaves nothing of them behind.
///
/// The runner becomes the subreaper of its descendants: whatever a step started, and wherever it went, is found and ended with the step.
public final class ProcessHost: Sendable {
    private let loop: ProcessLoop
    private let table = ProcessTable()
    private let emptyInput: Int32
    /// Where steps with a share of the processors are put, or why they cannot be.
    private let groups: Result<ControlGroups, ProcessStartError>
    private let nextID = Atomic<UInt64>(1)

    /// Makes this process the subreaper of its descendants, switches core dumps off, which could hold sensitive values, and starts the thread that looks after them.
    ///
    /// - Parameter ownsEveryChild: nothing else in this process starts processes. Then an unknown child can only be a step's, even one that has
    ///   cleared its environment, and is ended with the last step under way.
    /// - Throws: `ProcessStartError` when the system refuses.
    public init(ownsEveryChild: Bool) throws {
        guard courier_become_subreaper() == 0 else {
            throw ProcessStartError(
                "cannot become the subreaper of the steps' processes: \(SystemError.last); Linux 5.4 or later is needed")
        }
        let ownProcess = courier_pidfd_open(getpid())
        guard ownProcess >= 0 else { throw ProcessStartError("no process descriptors: \(SystemError.last); Linux 5.4 or later is needed") }
        close(ownProcess)
        guard courier_forbid_core_dumps() == 0 else { throw ProcessStartError("core dumps cannot be switched off: \(SystemError.last)") }
        groups = Result { () throws(ProcessStartError) in try ControlGroups() }
        emptyInput = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard emptyInput >= 0 else { throw ProcessStartError("/dev/null cannot be opened: \(SystemError.last)") }
        do {
            loop = try ProcessLoop.start(ownsEveryChild: ownsEveryChild)
        } catch {
            close(emptyInput)
            throw error
        }
    }

    deinit {
        loop.end()
        close(emptyInput)
    }

    /// Runs a process to its end and ends everything it left behind.
    ///
    /// Standard input is the request's; what it writes goes to `output` as it comes. Cancelling the task stops the process: TERM to its group, KILL after
    /// the grace; this returns when that is done.
    ///
    /// - Throws: `ProcessStartError` when it could not be started, or not within its bounds. A failed process is an outcome, not an error.
    public func run(_ request: ProcessRequest, output: AttemptOutput) async throws -> ProcessOutcome {
        if let defect = request.defect { throw ProcessStartError(defect) }
        // In memory, so that nobody has to wait for the process to read it, and no disk ever has it.
        let input = request.input.isEmpty ? emptyInput : courier_memory_file(request.input, request.input.count)
        guard input >= 0 else { throw ProcessStartError("no memory for the input of \(request.executable): \(SystemError.last)") }
        defer { if input != emptyInput { close(input) } }
        let pipes = try StreamPipes()
        let id = nextID.wrappingAdd(1, ordering: .relaxed).oldValue
        loop.post(.expect(id, marker: request.markerEntry))
        return try await withTaskCancellationHandler {
            try await run(request, id: id, input: input, pipes: pipes, output: output)
        } onCancel: {
            loop.post(.stop(id, .cancelled))
        }
    }

    private func run(
        _ request: ProcessRequest, id: ProcessLoop.ID, input: Int32, pipes: StreamPipes, output: AttemptOutput
    ) async throws(ProcessStartError) -> ProcessOutcome {
        let process: StartedProcess
        let group: ControlGroup?
        do {
            (process, group) = try await start(request, input: input, pipes: pipes).get()
        } catch {
            loop.post(.forget(id))
            pipes.closeReading()
            throw error
        }
        defer { close(process.descriptor) }
        let watched = ProcessLoop.Watched(
            id: id, pid: process.pid, exitDescriptor: process.descriptor, stdout: pipes.stdoutReading, stderr: pipes.stderrReading,
            output: output, limits: request.limits)
        let stop = await withCheckedContinuation { loop.post(.watch(watched, $0)) }
        let ending = process.ending()
        var sweep = await sweep(id)
        if let group { sweep.killed += await offPool { group.end() } }
        guard let ending else {
            throw ProcessStartError("the end of \(request.executable) could not be learnt: somebody else waited for it")
        }
        return ProcessOutcome(ending: ending, stop: stop, leftBehind: sweep.killed, survivors: sweep.survivors)
    }

    /// Starts the process, and closes what only it needs.
    private func start(
        _ request: ProcessRequest, input: Int32, pipes: StreamPipes
    ) async -> Result<(StartedProcess, ControlGroup?), ProcessStartError> {
        let groups = groups
        return await offPool {
            defer { pipes.closeWriting() }
            return Result { () throws(ProcessStartError) in
                let group = try request.share.map { share throws(ProcessStartError) in
                    try groups.get().make(share: share, cores: request.cores)
                }
                do throws(ProcessStartError) {
                    let descriptors = StartedProcess.Descriptors(
                        input: input, output: pipes.stdoutWriting, error: pipes.stderrWriting, group: group?.descriptor ?? -1)
                    return (try StartedProcess(request, descriptors), group)
                } catch {
                    _ = group?.end()
                    throw error
                }
            }
        }
    }

    /// Why a process that may have no more than a share of its processors could not be run here; `nil` when it could, as far as is known.
    var obstacleToShares: String? {
        if case .failure(let error) = groups { error.description } else { nil }
    }

    /// Without an adopted child there is nothing to look for, which is nearly always so and quickly seen.
    private func sweep(_ id: ProcessLoop.ID) async -> Sweep.Result {
        guard courier_has_children() != 0, !table.adopted().isEmpty else {
            loop.post(.forget(id))
            return Sweep.Result()
        }
        return await withCheckedContinuation { loop.post(.sweep(id, $0)) }
    }
}

/// The pipes of one process.
private struct StreamPipes: Sendable {
    let stdoutReading: Int32
    let stdoutWriting: Int32
    let stderrReading: Int32
    let stderrWriting: Int32

    init() throws {
        var out: [Int32] = [-1, -1]
        var err: [Int32] = [-1, -1]
        guard courier_pipe(&out) == 0 else { throw ProcessStartError("no pipe for a step's output: \(SystemError.last)") }
        guard courier_pipe(&err) == 0 else {
            let reason = SystemError.last
            close(out[0])
            close(out[1])
            throw ProcessStartError("no pipe for a step's output: \(reason)")
        }
        (stdoutReading, stdoutWriting, stderrReading, stderrWriting) = (out[0], out[1], err[0], err[1])
    }

    func closeReading() {
        close(stdoutReading)
        close(stderrReading)
    }

    func closeWriting() {
        close(stdoutWriting)
        close(stderrWriting)
    }
}
