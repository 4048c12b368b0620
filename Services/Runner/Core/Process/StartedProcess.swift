import CProcess
import Dispatch
import Glibc

/// A child that was started and has not been waited for.
struct StartedProcess: Sendable {
    /// Its number and process group.
    let pid: pid_t
    /// Readable once it has exited; the owner closes it.
    let descriptor: Int32

    /// What a process is given beside its request.
    struct Descriptors: Sendable {
        var input: Int32
        var output: Int32
        var error: Int32
        /// `cgroup.procs` of its control group; -1 for the runner's own.
        var group: Int32 = -1
    }

    /// Starts `request`. Blocks until it executes, which a file system that does not answer can make long.
    init(_ request: ProcessRequest, _ descriptors: Descriptors) throws(ProcessStartError) {
        var arguments = ([request.executable] + request.arguments).map { strdup($0) } + [nil]
        var environment = request.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var descriptor: Int32 = -1
        var stage = courier_stage_creation
        let pid = request.executable.withCString { executable in
            request.workingDirectory.withCString { directory in
                var command = courier_command()
                command.executable = executable
                command.directory = directory
                (command.input, command.output, command.error) = (descriptors.input, descriptors.output, descriptors.error)
                (command.cores, command.group) = (Int32(clamping: request.cores), descriptors.group)
                return arguments.withUnsafeMutableBufferPointer { arguments in
                    environment.withUnsafeMutableBufferPointer { environment in
                        command.arguments = UnsafePointer(arguments.baseAddress)
                        command.environment = UnsafePointer(environment.baseAddress)
                        return courier_start(&command, &descriptor, &stage)
                    }
                }
            }
        }
        guard pid > 0 else { throw Self.failure(of: request, at: stage, because: SystemError.last) }
        self.pid = pid
        self.descriptor = descriptor
    }

    private static func failure(of request: ProcessRequest, at stage: courier_stage, because reason: String) -> ProcessStartError {
        switch stage {
        case courier_stage_group: ProcessStartError("\(request.executable) could not be put into its control group: \(reason)")
        case courier_stage_processors: ProcessStartError("\(request.executable) could not be bound to \(request.cores) cores: \(reason)")
        default: ProcessStartError("\(request.executable) could not be started in \(request.workingDirectory): \(reason)")
        }
    }

    /// How it ended; waits for that. `nil` when somebody else has waited for it.
    func ending() -> ProcessOutcome.Ending? {
        var code: Int32 = 0
        return switch courier_ending(descriptor, &code) {
        case 0: .exited(Int(code))
        case 1: .signalled(Int(code))
        default: nil
        }
    }
}

/// Does what blocks on a thread that nobody else waits for.
func offPool<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: work()) }
    }
}
