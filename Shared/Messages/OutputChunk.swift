import FoundationEssentials
public import JSON
public import JobModel

/// The two output streams of a step.
public enum OutputStream: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
    /// Standard output.
    case stdout
    /// Standard error.
    case stderr
}

/// A piece of a step's output, at most ``maximumBytes`` long.
///
/// `offset` is its place in what the step really wrote: where the kept head and tail of a long output do not meet, the gap between two chunks is
/// the number of bytes that were left out.
public struct OutputChunk: JSONCodable, Sendable, Hashable {
    /// The largest piece: 128 KiB.
    public static let maximumBytes = 128 << 10
    /// The step, from 1.
    public var step: Int
    /// The attempt at it, from 1.
    public var attempt: Int
    /// The stream it was written to.
    public var stream: OutputStream
    /// Bytes of the stream before this piece.
    public var offset: Int
    /// The bytes.
    public var bytes: [UInt8]

    /// A piece of output.
    public init(step: Int, attempt: Int, stream: OutputStream, offset: Int, bytes: [UInt8]) {
        self.step = step
        self.attempt = attempt
        self.stream = stream
        self.offset = offset
        self.bytes = bytes
    }

    /// Writes an object; bytes that are UTF-8 stand in `text`, others in `base64`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { encodeFields(to: &$0) }
    }

    /// Writes its members into an object that has others beside them.
    public func encodeFields(to writer: inout JSONWriter) {
        writer.field("step", step)
        writer.field("attempt", attempt)
        writer.field("stream", stream)
        writer.field("offset", offset)
        if let text = String(validating: bytes, as: UTF8.self) {
            writer.field("text", text)
        } else {
            writer.field("base64", Data(bytes).base64EncodedString())
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var step: Int?
        var attempt: Int?
        var stream: OutputStream?
        var offset: Int?
        var bytes: [UInt8]?
        try reader.object { reader, key in
            switch key {
            case "step": step = try reader.int()
            case "attempt": attempt = try reader.int()
            case "stream": stream = try reader.decode()
            case "offset": offset = try reader.int()
            case "text": bytes = Array(try reader.string().utf8)
            case "base64":
                let text = try reader.string()
                guard let data = Data(base64Encoded: text) else { throw reader.failure("base64 (RFC 4648)", found: "other characters") }
                bytes = Array(data)
            default: try reader.skip()
            }
        }
        self.init(
            step: try reader.require(step, "step"), attempt: try reader.require(attempt, "attempt"),
            stream: try reader.require(stream, "stream"), offset: try reader.require(offset, "offset"),
            bytes: try reader.require(bytes, "text"))
    }
}
