internal import JSON

/// Queues in tables.
enum QueueView {
    static let columns: [Column] = [
        .field("NAME", "name", isFlexible: true),
        .field("TYPE", "type"),
        .field("DEPTH", "depth", alignment: .right),
        .field("READY", "ready", alignment: .right),
        .field("UNACKED", "unacknowledged", alignment: .right),
        .field("CONSUMERS", "consumers", alignment: .right),
        Column("IN/S", alignment: .right) { rate($0["publishRate"]) },
        Column("OUT/S", alignment: .right) { rate($0["deliverRate"]) },
    ]

    private static func rate(_ node: JSONNode?) -> String {
        guard let value = node?.double, value >= 0, value < 1e12 else { return Cell.nothing }
        return Cell.decimal(value, digits: 1)
    }
}
