internal import Dispatch

/// Everything a command touches outside itself. Commands find theirs in ``current``, so that tests give them another world.
public struct CommandContext: Sendable {
    let environment: [String: String]
    let workingDirectory: String
    let console: Console
    let transport: any HTTPTransport
    let sleep: @Sendable (Duration) async throws -> Void
    let interrupts: @Sendable () -> AsyncStream<Void>

    /// A context made of its parts.
    ///
    /// - Parameters:
    ///   - environment: The environment variables.
    ///   - workingDirectory: Where relative paths begin, absolute.
    ///   - console: Where the command writes to.
    ///   - transport: How requests are sent.
    ///   - sleep: Waits between two looks at the same thing.
    ///   - interrupts: A stream with an element for each Ctrl-C from now on.
    public init(
        environment: [String: String], workingDirectory: String, console: Console, transport: any HTTPTransport,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        interrupts: @escaping @Sendable () -> AsyncStream<Void> = CommandContext.processInterrupts
    ) {
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.console = console
        self.transport = transport
        self.sleep = sleep
        self.interrupts = interrupts
    }

    /// The context of the command that runs in this task.
    @TaskLocal static var current = CommandContext(
        environment: [:], workingDirectory: "/", console: Console(write: { _, _ in }), transport: NoTransport())

    /// Ctrl-C (and SIGTERM) of this process, from now on and until the stream is no longer read.
    public static let processInterrupts: @Sendable () -> AsyncStream<Void> = {
        AsyncStream { continuation in
            let sources = [Platform.interruptSignal, Platform.terminationSignal].map { number in
                Platform.ignore(signal: number)
                let source = DispatchSource.makeSignalSource(signal: number)
                source.setEventHandler { continuation.yield() }
                source.resume()
                return source
            }
            // A dispatch source may be cancelled from any thread; it only lacks the annotation.
            nonisolated(unsafe) let started = sources
            continuation.onTermination = { _ in started.forEach { $0.cancel() } }
        }
    }

    /// Reads a file named on the command line, `-` being standard input.
    func read(file: String, limit: Int) async throws -> [UInt8] {
        if file == "-" { return try await console.readInput(limit) }
        let path = Paths.join(workingDirectory, file)
        do {
            return try await BlockingWork.run { try Platform.read(path: path, limit: limit) }
        } catch let failure as Platform.Failure {
            throw CommandFailure.badInput("cannot read \(file): \(failure.reason)")
        }
    }
}
