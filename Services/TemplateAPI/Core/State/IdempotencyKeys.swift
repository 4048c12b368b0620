import DequeModule
public import FoundationEssentials
public import JSON
public import JobModel

/// A key under which a client may say the same request again, and what it was answered.
public struct IdempotencyEntry: Sendable, Hashable {
    /// The token's name and the client's key: clients do not see each other's keys.
    public var key: String
    /// The hash of the request's body.
    public var body: SHA256Hash
    /// The job, template or instance that was made or replaced.
    public var subject: UUID
    /// The answer, word for word.
    public var answer: [UInt8]
    /// When it was answered.
    public var at: Timestamp
}

extension IdempotencyEntry: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("key", key)
            writer.field("body", body)
            // The name of the time when only jobs had keys.
            writer.field("jobId", subject)
            writer.field("answer", raw: answer)
            writer.field("at", at)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        let answer: RawJSON = try fields("answer")
        self.init(
            key: try fields("key"), body: try fields("body"), subject: try fields("jobId"), answer: answer.bytes, at: try fields("at"))
    }
}

/// A JSON value that is carried along as it is written.
private struct RawJSON: JSONDecodable {
    let bytes: [UInt8]

    init(from reader: inout JSONReader) throws {
        bytes = try reader.raw()
    }
}

/// The keys of the last 24 hours, at most ``maximumCount`` of them; beyond that the oldest are forgotten early.
struct IdempotencyKeys: Sendable {
    static let lifetime: Duration = .seconds(24 * 3600)
    static let maximumCount = 10_000

    private var entries: [String: IdempotencyEntry] = [:]
    private var order: Deque<String> = []

    /// What was answered under `key` within the last 24 hours.
    func entry(_ key: String, at now: Timestamp) -> IdempotencyEntry? {
        guard let entry = entries[key], now < entry.at + Self.lifetime else { return nil }
        return entry
    }

    /// Keeps `entry`, and forgets what is too old by then.
    mutating func keep(_ entry: IdempotencyEntry) {
        if entries[entry.key] != nil { order.removeAll { $0 == entry.key } }
        entries[entry.key] = entry
        order.append(entry.key)
        while let oldest = order.first, let known = entries[oldest],
            order.count > Self.maximumCount || known.at + Self.lifetime <= entry.at
        {
            order.removeFirst()
            entries[oldest] = nil
        }
    }

    /// Every entry, oldest first.
    var all: [IdempotencyEntry] { order.compactMap { entries[$0] } }
}
