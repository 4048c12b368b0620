import JSON
import Synchronization

/// What a fleet received and reported, to be held against what the collector says.
final class Tally: Sendable {
    struct Counts: Sendable {
        var received = 0
        var repeatedCommands = 0
        var refused = 0
        var cancels = 0
        var ignored = 0
        var succeeded = 0
        var failed = 0
        var reportsConfirmed = 0
        var reportsLost = 0
    }

    private let counts = Mutex(Counts())

    func change(_ body: (inout Counts) -> Void) { counts.withLock { body(&$0) } }

    var report: JSONValue {
        let counts = counts.withLock { $0 }
        let values: [(String, Int)] = [
            ("received", counts.received), ("repeatedCommands", counts.repeatedCommands), ("refused", counts.refused),
            ("cancels", counts.cancels), ("ignored", counts.ignored), ("succeeded", counts.succeeded), ("failed", counts.failed),
            ("reportsConfirmed", counts.reportsConfirmed), ("reportsLost", counts.reportsLost),
        ]
        return .object(Dictionary(uniqueKeysWithValues: values.map { ($0.0, .number(JSONNumber($0.1))) }))
    }
}
