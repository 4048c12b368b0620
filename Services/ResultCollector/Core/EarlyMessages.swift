import FoundationEssentials
import Messages

/// What was said of instances before the collector knew enough of them: what users want of instances that are on their way, and reports about runs
/// whose plan is. Bounded, oldest first out: a stranger's messages may not fill the memory.
struct EarlyMessages: Sendable {
    private static let maximum = 10_000
    private var cancels = Wishes<InstanceCancel>()
    private var controls = Wishes<InstanceControl>()
    private var reports: [UUID: [(report: RunReport, node: UUID)]] = [:]
    private var reportCount = 0

    /// What users want of instances, one wish each.
    private struct Wishes<Wish: Sendable> {
        private var byInstance: [UUID: Wish] = [:]
        private var order: [UUID] = []

        subscript(instance: UUID) -> Wish? { byInstance[instance] }

        /// Oldest first.
        var all: [Wish] { order.compactMap { byInstance[$0] } }

        mutating func put(_ wish: Wish, of instance: UUID) {
            guard byInstance.updateValue(wish, forKey: instance) == nil else { return }
            order.append(instance)
            if order.count > EarlyMessages.maximum { byInstance[order.removeFirst()] = nil }
        }

        mutating func take(_ instance: UUID) -> Wish? {
            guard let wish = byInstance.removeValue(forKey: instance) else { return nil }
            order.removeAll { $0 == instance }
            return wish
        }
    }

    func cancel(of instance: UUID) -> InstanceCancel? { cancels[instance] }

    func control(of instance: UUID) -> InstanceControl? { controls[instance] }

    func reports(of instance: UUID) -> [(report: RunReport, node: UUID)] { reports[instance] ?? [] }

    mutating func add(_ cancel: InstanceCancel) { cancels.put(cancel, of: cancel.instanceID) }

    mutating func add(_ control: InstanceControl) { controls.put(control, of: control.instanceID) }

    mutating func takeCancel(of instance: UUID) -> InstanceCancel? { cancels.take(instance) }

    mutating func takeControl(of instance: UUID) -> InstanceControl? { controls.take(instance) }

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
        cancels.all.map { CollectorEvent(.cancelled($0)) } + controls.all.map { CollectorEvent(.controlled($0)) }
            + reports.values.joined().map { CollectorEvent(.reportedEarly($0.report, node: $0.node)) }
    }
}
