public import Messages
import Synchronization

/// Both output streams of one attempt, written by the process layer while others read.
public final class AttemptOutput: Sendable {
    private struct Streams {
        var stdout: OutputCapture
        var stderr: OutputCapture
        var lastLine = LastLine()
    }

    private let streams: Mutex<Streams>
    private let onChange: @Sendable () -> Void
    private let relay: AttemptOutput?

    /// Nothing yet; at most `cap` bytes are kept of each stream.
    ///
    /// - Parameters:
    ///   - relay: what gets everything instead, except for the last line of standard output.
    ///   - onChange: called on the process layer's thread whenever something has come; it must not block.
    public init(
        cap: Int = OutputCapture.defaultCap, relayingTo relay: AttemptOutput? = nil, onChange: @escaping @Sendable () -> Void = {}
    ) {
        self.onChange = onChange
        self.relay = relay
        streams = Mutex(Streams(stdout: OutputCapture(cap: cap), stderr: OutputCapture(cap: cap)))
    }

    /// Adds what was written to `stream`.
    func append(_ bytes: UnsafeRawBufferPointer, to stream: OutputStream) {
        if let relay { return pass(bytes, of: stream, on: relay) }
        streams.withLock { streams in
            switch stream {
            case .stdout: streams.stdout.append(bytes)
            case .stderr: streams.stderr.append(bytes)
            }
        }
        onChange()
    }

    private func pass(_ bytes: UnsafeRawBufferPointer, of stream: OutputStream, on relay: AttemptOutput) {
        guard stream == .stdout else { return relay.append(bytes, to: stream) }
        let passed = streams.withLock { $0.lastLine.append(bytes) }
        if !passed.isEmpty { passed.withUnsafeBytes { relay.append($0, to: .stdout) } }
    }

    /// The last line of standard output, which was not passed on.
    var lastLine: [UInt8] { streams.withLock { $0.lastLine.bytes } }

    /// Adds a text the runner itself has to say to `stream`.
    public func append(_ text: String, to stream: OutputStream) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0), to: stream) }
    }

    /// What is kept of `stream`.
    public subscript(stream: OutputStream) -> OutputCapture {
        streams.withLock { streams in
            switch stream {
            case .stdout: streams.stdout
            case .stderr: streams.stderr
            }
        }
    }

    /// Overwrites every occurrence of `secrets` in what is kept and has not been taken.
    func mask(_ secrets: SecretMask) {
        streams.withLock { streams in
            streams.stdout.mask(secrets)
            streams.stderr.mask(secrets)
        }
    }

    /// What has come since the last call, in pieces that fit in a report, when nothing more will be written.
    public func takeLastChunks(step: Int, attempt: Int) -> [OutputChunk] {
        takeChunks(step, attempt) { $0.takePieces(isOver: true, limit: OutputChunk.maximumBytes) }
    }

    /// What has come since the last call and can be reported while more is being written, with `secrets` overwritten.
    func takeChunks(step: Int, attempt: Int, hiding secrets: SecretMask) -> [OutputChunk] {
        takeChunks(step, attempt) { $0.takeSettledPieces(hiding: secrets, limit: OutputChunk.maximumBytes) }
    }

    private func takeChunks(
        _ step: Int, _ attempt: Int, _ take: (inout OutputCapture) -> [OutputCapture.Piece]
    ) -> [OutputChunk] {
        streams.withLock { streams in
            func chunks(_ capture: inout OutputCapture, _ stream: OutputStream) -> [OutputChunk] {
                take(&capture).map { OutputChunk(step: step, attempt: attempt, stream: stream, offset: $0.offset, bytes: $0.bytes) }
            }
            return chunks(&streams.stdout, .stdout) + chunks(&streams.stderr, .stderr)
        }
    }
}
