/// Where a command writes to and asks.
public struct Console: Sendable {
    /// The two output streams.
    public enum Stream: Int32, Sendable, Hashable {
        /// Standard output: what was asked for.
        case output = 1
        /// Standard error: progress, advice and errors.
        case error = 2
    }

    let write: @Sendable (Stream, [UInt8]) async throws -> Void
    let columns: @Sendable (Stream) -> Int?
    let readInput: @Sendable (Int) async throws -> [UInt8]
    let askSecret: @Sendable (String) async throws -> String?

    /// A console made of its parts.
    ///
    /// - Parameters:
    ///   - write: Writes bytes to a stream.
    ///   - columns: The width of a stream that is a terminal, else `nil`.
    ///   - readInput: Reads standard input to its end, but no more bytes than told.
    ///   - askSecret: Asks for a text without showing what is typed; `nil` when there is nobody to ask.
    public init(
        write: @escaping @Sendable (Stream, [UInt8]) async throws -> Void,
        columns: @escaping @Sendable (Stream) -> Int? = { _ in nil },
        readInput: @escaping @Sendable (Int) async throws -> [UInt8] = { _ in [] },
        askSecret: @escaping @Sendable (String) async throws -> String? = { _ in nil }
    ) {
        self.write = write
        self.columns = columns
        self.readInput = readInput
        self.askSecret = askSecret
    }

    /// The process's own streams.
    public static let process = Console(
        write: { stream, bytes in
            try await BlockingWork.run {
                do {
                    try Platform.write(bytes, to: stream.rawValue)
                } catch let failure as Platform.Failure where failure.isBrokenPipe {
                    // Whoever read us has seen enough (`| head`): nothing is wrong.
                    throw CommandFailure.silent(.success)
                }
            }
        },
        columns: { Platform.columns(of: $0.rawValue) },
        readInput: { limit in try await BlockingWork.run { try Platform.read(descriptor: 0, limit: limit) } },
        askSecret: { prompt in try await BlockingWork.run { try Platform.readSecretLine(prompt: prompt) } }
    )

    /// Writes a line to standard output.
    func line(_ text: String) async throws {
        try await write(.output, Array((text + "\n").utf8))
    }

    /// Writes a line to standard error.
    func note(_ text: String) async throws {
        try await write(.error, Array((text + "\n").utf8))
    }
}
