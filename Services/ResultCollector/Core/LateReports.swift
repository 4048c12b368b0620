import FoundationEssentials
import Messages

/// Reports about runs of instances that are over, until they are in a file beside the instance's. Bounded: what a node says late may not fill the
/// memory.
struct LateReports: Sendable {
    static let maximum = 1_000
    private var reports: [UUID: [RunReport]] = [:]
    private(set) var count = 0

    var isFull: Bool { count >= Self.maximum }

    /// Some instance of those wanted that reports wait of, and these.
    func first(where isWanted: (UUID) -> Bool) -> (instance: UUID, reports: [RunReport])? {
        reports.first { isWanted($0.key) }.map { ($0.key, $0.value) }
    }

    func contains(_ report: RunReport) -> Bool { reports[report.instanceID]?.contains(report) == true }

    mutating func add(_ report: RunReport) {
        reports[report.instanceID, default: []].append(report)
        count += 1
    }

    /// The first `number` reports of `instance` are in its file.
    mutating func remove(_ number: Int, of instance: UUID) {
        guard var waiting = reports[instance] else { return }
        count -= min(number, waiting.count)
        waiting.removeFirst(min(number, waiting.count))
        reports[instance] = waiting.isEmpty ? nil : waiting
    }

    /// The events that lead here.
    var events: [CollectorEvent] { reports.values.joined().map { CollectorEvent(.reportedLate($0)) } }
}
