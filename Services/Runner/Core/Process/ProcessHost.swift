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
    private let nextID = Atomic<UInt64>(1)

    /// Makes this process the subreaper of its descendants and starts the thread that looks after them.
    ///
    /// - Throws: `ProcessStartError` when the system refuses.
    public init() throws {
        guard courier_become_subreaper() == 0 else {
            throw ProcessStartError(
                "cannot become the subreaper of the steps' processes: \(SystemError.last); Linux 5.4 or later is needed")
        }
        loop = try ProcessLoop.start()
    }

    deinit { loop.close() }

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
        var options = PlatformOptions()
        options.processGroupID = 0
        let result: ExecutionResult<ProcessOutcome.Stop?, FileDescriptorOutput, FileDescriptorOutput>
        do {
            result = try await Subprocess.run(
                .path(FilePath(request.executable)), arguments: Arguments(request.arguments),
                environment: .custom(Dictionary(uniqueKeysWithValues: request.environment.map { (Environment.Key($0.key), $0.value) })),
                workingDirectory: FilePath(request.workingDirectory), platformOptions: options, input: .none,
                output: .fileDescriptor(FileDescriptor(rawValue: pipes.stdoutWriting), closeAfterSpawningProcess: true),
                error: .fileDescriptor(FileDescriptor(rawValue: pipes.stderrWriting), closeAfterSpawningProcess: true)
            ) { execution in
                let watched = ProcessLoop.Watched(
                    id: id, pid: execution.processIdentifier.value, exitDescriptor: execution.processIdentifier.processDescriptor,
                    stdout: pipes.stdoutReading, stderr: pipes.stderrReading, output: output, limits: request.limits)
                return await withCheckedContinuation { loop.post(.watch(watched, $0)) }
            }
        } catch {
            loop.post(.forget(id))
            pipes.closeReading()
            throw ProcessStartError("\(request.executable) could not be started in \(request.workingDirectory): \(Self.reason(of: error))")
        }
        let sweep = await sweep(id)
        let ending: ProcessOutcome.Ending =
            switch result.terminationStatus {
            case .exited(let code): .exited(Int(code))
            case .signaled(let signal): .signalled(Int(signal))
            }
        return ProcessOutcome(ending: ending, stop: result.closureResult, leftBehind: sweep.killed, survivors: sweep.survivors)
    }

    /// Without any child there is nothing to look for, which is nearly always so and costs one system call.
    private func sweep(_ id: ProcessLoop.ID) async -> Sweep.Result {
        guard courier_has_children() != 0 else {
            loop.post(.forget(id))
            return Sweep.Result()
        }
        return await withCheckedContinuation { loop.post(.sweep(id, $0)) }
    }

    private static func reason(of error: any Error) -> String {
        guard let error = error as? SubprocessError else { return String(describing: error) }
        if let errno = error.underlyingError as? Errno { return String(describing: errno) }
        return error.description
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
