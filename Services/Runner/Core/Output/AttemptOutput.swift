public import Messages
import Synchronization

/// Both output streams of one attempt, written by the process layer while others read.
public final class AttemptOutput: Sendable {
    private struct Streams {
        var stdout: OutputCapture
        var stderr: OutputCapture
    }

    private let streams: Mutex<Streams>
    private let onChange: @Sendable () -> Void

    /// Nothing yet; at most `cap` bytes are kept of each stream.
    ///
    /// - Parameter onChange: called on the process layer's thread whenever something has come; it must not block.
    public init(cap: Int = OutputCapture.defaultCap, onChange: @escaping @Sendable () -> Void = {}) {
        self.onChange = onChange
        streams = Mutex(Streams(stdout: OutputCapture(cap: cap), stderr: OutputCapture(cap: cap)))
    }

    /// Adds what was written to `stream`.
    func append(_ bytes: UnsafeRawBufferPointer, to stream: OutputStream) {
        streams.withLock { streams in
            switch stream {
            case .stdout: streams.stdout.append(bytes)
            case .stderr: streams.stderr.append(bytes)
            }
        }
        onChange()
    }

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
    func mask(_ secrets: [String]) {
        let secrets = secrets.map { Array($0.utf8) }
        streams.withLock { streams in
            streams.stdout.mask(secrets)
            streams.stderr.mask(secrets)
        }
    }

    /// What has come since the last call, in pieces that fit in a report. `isOver`: nothing more will be written.
    public func takeChunks(step: Int, attempt: Int, isOver: Bool) -> [OutputChunk] {
        streams.withLock { streams in
            func chunks(_ capture: inout OutputCapture, _ stream: OutputStream) -> [OutputChunk] {
                capture.takePieces(isOver: isOver, limit: OutputChunk.maximumBytes).map {
                    OutputChunk(step: step, attempt: attempt, stream: stream, offset: $0.offset, bytes: $0.bytes)
                }
            }
            return chunks(&streams.stdout, .stdout) + chunks(&streams.stderr, .stderr)
        }
    }
}
