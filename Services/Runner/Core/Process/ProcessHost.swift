import CProcess
import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// Runs processes, each in a process group of its own, and leaves nothing of them behind.
///
/// The runner becomes the subreaper of its descendants: whatever a step started, and wherever it went, is found and ended with the step.
public final class ProcessHost: Sendable {
    private let loop: ProcessLoop
    private let table = ProcessTable()
    private let emptyInput: Int32
    private let nextID = Atomic<UInt64>(1)

    /// Makes this process the subreaper of its descendants and starts the thread that looks after them.
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
    /// Standard input is empty; what it writes goes to `output` as it comes. Cancelling the task stops the process: TERM to its group, KILL after
    /// the grace; this returns when that is done.
    ///
    /// - Throws: `ProcessStartError` when it could not be started. A failed process is an outcome, not an error.
    public func run(_ request: ProcessRequest, output: AttemptOutput) async throws -> ProcessOutcome {
        if let defect = request.defect { throw ProcessStartError(defect) }
        let pipes = try StreamPipes()
        let id = nextID.wrappingAdd(1, ordering: .relaxed).oldValue
        loop.post(.expect(id, marker: request.markerEntry))
        // A task of its own, because the library kills the process without grace when its task is cancelled.
        let task = Task { try await self.spawn(request, id: id, pipes: pipes, output: output) }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            loop.post(.stop(id, .cancelled))
        }
    }

    private func spawn(_ request: ProcessRequest, id: ProcessLoop.ID, pipes: StreamPipes, output: AttemptOutput) async throws
        -> ProcessOutcome
    {
        var isWatched = false
        do {
            let result = try await Subprocess.run(
                request.configuration, input: .fileDescriptor(FileDescriptor(rawValue: emptyInput), closeAfterSpawningProcess: false),
                output: .fileDescriptor(FileDescriptor(rawValue: pipes.stdoutWriting), closeAfterSpawningProcess: true),
                error: .fileDescriptor(FileDescriptor(rawValue: pipes.stderrWriting), closeAfterSpawningProcess: true)
            ) { execution in
                let watched = ProcessLoop.Watched(
                    id: id, pid: execution.processIdentifier.value, exitDescriptor: execution.processIdentifier.processDescriptor,
                    stdout: pipes.stdoutReading, stderr: pipes.stderrReading, output: output, limits: request.limits)
                isWatched = true
                return await withCheckedContinuation { loop.post(.watch(watched, $0)) }
            }
            let sweep = await sweep(id)
            return ProcessOutcome(
                ending: ProcessOutcome.Ending(result.terminationStatus), stop: result.closureResult, leftBehind: sweep.killed,
                survivors: sweep.survivors)
        } catch {
            guard isWatched else {
                loop.post(.forget(id))
                pipes.closeReading()
                throw ProcessStartError(
                    "\(request.executable) could not be started in \(request.workingDirectory): \(Self.reason(of: error))")
            }
            _ = await sweep(id)
            throw ProcessStartError("the end of \(request.executable) could not be learnt: \(Self.reason(of: error))")
        }
    }

    /// Without an adopted child there is nothing to look for, which is nearly always so and quickly seen.
    private func sweep(_ id: ProcessLoop.ID) async -> Sweep.Result {
        guard courier_has_children() != 0, !table.adopted().isEmpty else {
            loop.post(.forget(id))
            return Sweep.Result()
        }
        return await withCheckedContinuation { loop.post(.sweep(id, $0)) }
    }

    private static func reason(of error: any Error) -> String {
        guard let error = error as? SubprocessError else { return String(describing: error) }
        if let errno = error.underlyingError { return String(describing: errno) }
        return error.description
    }
}

extension ProcessRequest {
    /// The request in the library's terms.
    fileprivate var configuration: Configuration {
        var options = PlatformOptions()
        options.processGroupID = 0
        return Configuration(
            executable: .path(FilePath(executable)), arguments: Arguments(arguments),
            environment: .custom(Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
            workingDirectory: FilePath(workingDirectory), platformOptions: options)
    }
}

extension ProcessOutcome.Ending {
    /// The library's status in our terms.
    fileprivate init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self = .exited(Int(code))
        case .signaled(let signal): self = .signalled(Int(signal))
        }
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
}
