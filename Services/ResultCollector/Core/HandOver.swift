import FoundationEssentials
import JSON
import JobModel

/// The last time the collector offered an instance to the workers.
struct HandOver: Sendable, Hashable {
    /// The epoch it was offered at: a claim of an older one is refused.
    var epoch: Int
    var at: Timestamp
    /// Why, in words.
    var reason: String
    /// How many offers in a row have brought nothing forward, this one included.
    var count: Int
    /// How many runs were over then.
    var settledRuns: Int
}

extension HandOver: JSONCodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("epoch", epoch)
            writer.field("at", at)
            writer.field("reason", reason)
            writer.field("count", count)
            writer.field("settledRuns", settledRuns)
        }
    }

    init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            epoch: try fields("epoch"), at: try fields("at"), reason: try fields("reason"), count: try fields("count"),
            settledRuns: try fields("settledRuns"))
    }
}
