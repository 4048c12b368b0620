import JSON
import Messages

/// How much of what is to be reported is kept while no broker confirms it, and what goes when it is too much.
///
/// Output goes first, the newest of it: a piece that no longer fits is left out, and a line in its place says how much. Statuses, reasons, exit codes
/// and extracted values are always kept; there are only as many as the runs that were accepted make.
public struct Spool: Sendable, Hashable {
    /// The limit that is used unless another is asked for: 64 MiB.
    public static let defaultLimit = 64 << 20
    /// Pieces up to this size are kept like statuses: a line that says that they are missing would be as long.
    private static let small = 128

    /// The bytes of reports that may wait for their confirmation before output is left out.
    public var limit: Int

    /// A spool of `limit` bytes.
    public init(limit: Int = defaultLimit) {
        self.limit = limit
    }

    /// `chunks` as far as there is room for them, of which they use some up. Of those that are left out, neighbours become one marker.
    func admit(_ chunks: [OutputChunk], room: inout Int) -> [OutputChunk] {
        // Escaped in JSON a byte takes six at most: most of the time nothing has to be measured.
        guard chunks.reduce(0, { $0 + $1.bytes.count }) * 6 + chunks.count * 100 > room else { return chunks }
        var kept: [OutputChunk] = []
        var missing: OutputGap?
        for chunk in chunks {
            let size = chunk.encoded().count
            if size <= room || chunk.bytes.count <= Self.small {
                if let gap = missing { kept.append(gap.marker) }
                missing = nil
                room -= size
                kept.append(chunk)
            } else if missing?.extend(by: chunk) != true {
                if let gap = missing { kept.append(gap.marker) }
                missing = OutputGap(chunk)
            }
        }
        if let missing { kept.append(missing.marker) }
        return kept
    }
}

/// A stretch of a step's output that is left out.
private struct OutputGap {
    private let first: OutputChunk
    private var end: Int

    init(_ chunk: OutputChunk) {
        first = chunk
        end = chunk.offset + chunk.bytes.count
    }

    /// Takes up the piece that follows; false when `chunk` is not that.
    mutating func extend(by chunk: OutputChunk) -> Bool {
        guard chunk.step == first.step, chunk.attempt == first.attempt, chunk.stream == first.stream, chunk.offset == end else {
            return false
        }
        end += chunk.bytes.count
        return true
    }

    /// A line that says how much is missing. It takes the place of the last bytes, so that the gap before it and the piece after it stay in theirs.
    var marker: OutputChunk {
        let text = Array("[… \(end - first.offset) bytes left out: the node's spool of reports was full …]\n".utf8)
        return OutputChunk(step: first.step, attempt: first.attempt, stream: first.stream, offset: end - text.count, bytes: text)
    }
}
