public import FoundationEssentials
public import JSON

/// `query.run-output`, API → collector: what a run's steps wrote, or a part of it.
public struct RunOutputQuery: Message, Hashable {
    /// The name on the wire.
    public static let name = "query.run-output"
    /// The run.
    public var id: UUID
    /// Only of this step.
    public var step: Int?
    /// Only of this attempt at a step.
    public var attempt: Int?
    /// Only of this stream.
    public var stream: OutputStream?
    /// Which part of each stream; `nil`: all of it.
    public var part: Part?

    /// A part of a stream.
    public enum Part: Sendable, Hashable {
        /// The last so many lines, at least 1. What follows the last line feed is a line.
        case lines(Int)
        /// The bytes of the stream from the first to before the last, counted from 0.
        case bytes(Range<Int>)
        /// The last so many bytes that are kept, at least 1.
        case lastBytes(Int)
    }

    /// Asks for the output of the run `id`.
    public init(id: UUID, step: Int? = nil, attempt: Int? = nil, stream: OutputStream? = nil, part: Part? = nil) {
        self.id = id
        self.step = step
        self.attempt = attempt
        self.stream = stream
        self.part = part
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id)
            writer.field("step", ifPresent: step)
            writer.field("attempt", ifPresent: attempt)
            writer.field("stream", ifPresent: stream)
            switch part {
            case .none: break
            case .lines(let count): writer.field("tail", count)
            case .bytes(let range): writer.field("range", [range.lowerBound, range.upperBound])
            case .lastBytes(let count): writer.field("lastBytes", count)
            }
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field, one of another type, or a part that is none.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            id: try fields("id"), step: try fields.optional("step"), attempt: try fields.optional("attempt"),
            stream: try fields.optional("stream"))
        if let lines: Int = try fields.optional("tail") {
            guard lines > 0 else { throw reader.failure("a tail of at least 1 line", found: "\(lines)") }
            part = .lines(lines)
        } else if let range: [Int] = try fields.optional("range") {
            guard range.count == 2, range[0] >= 0, range[0] <= range[1] else {
                throw reader.failure("a range of two offsets that ascend", found: "\(range)")
            }
            part = .bytes(range[0]..<range[1])
        } else if let count: Int = try fields.optional("lastBytes") {
            guard count > 0 else { throw reader.failure("at least 1 byte", found: "\(count)") }
            part = .lastBytes(count)
        }
    }
}
