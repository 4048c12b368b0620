import FoundationEssentials
import Messages

/// What was said of instances before the collector knew enough of them: cancels of instances that are on their way, and reports about runs whose
/// plan is. Bounded, oldest first out: a stranger's messages may not fill the memory.
struct EarlyMessages: Sendable {
    private static let maximum = 10_000
    private var cancels: [UUID: InstanceCancel] = [:]
    private var cancelOrder: [UUID] = []
    private var reports: [UUID: [(report: RunReport, node: UUID)]] = [:]
    private var reportCount = 0

    func cancel(of instance: UUID) -> InstanceCancel? { cancels[instance] }

    func reports(of instance: UUID) -> [(report: RunReport, node: UUID)] { reports[instance] ?? [] }

    mutating func add(_ cancel: InstanceCancel) {
        guard cancels.updateValue(cancel, forKey: cancel.instanceID) == nil else { return }
        cancelOrder.append(cancel.instanceID)
        if cancelOrder.count > Self.maximum { cancels[cancelOrder.removeFirst()] = nil }
    }

    mutating func takeCancel(of instance: UUID) -> InstanceCancel? {
        guard let cancel = cancels.removeValue(forKey: instance) else { return nil }
        cancelOrder.removeAll { $0 == instance }
        return cancel
    }

    mutating func add(_ report: RunReport, from node: UUID) {
        guard reportCount < Self.maximum else { return }
        reports[report.instanceID, default: []].append((report, node))
        reportCount += 1
    }

    mutating func forgetReports(of instance: UUID) {
        reportCount -= reports.removeValue(forKey: instance)?.count ?? 0
    }

    /// The events that lead here.
    var events: [CollectorEvent] {
        cancelOrder.compactMap { cancels[$0].map { CollectorEvent(.cancelled($0)) } }
            + reports.values.joined().map { CollectorEvent(.reportedEarly($0.report, node: $0.node)) }
    }
}
