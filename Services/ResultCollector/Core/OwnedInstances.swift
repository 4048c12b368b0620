import FoundationEssentials
import Messages

/// Which live instances each worker owns.
struct OwnedInstances: Sendable {
    private var byWorker: [String: Set<UUID>] = [:]

    /// The workers that own instances, by name.
    var workers: [String] { byWorker.keys.sorted() }

    func instances(of worker: String) -> Set<UUID> { byWorker[worker] ?? [] }

    /// The instance goes from one worker to another, or to none.
    mutating func move(_ instance: UUID, from old: Ownership?, to new: Ownership?) {
        guard old?.worker != new?.worker else { return }
        if let old {
            byWorker[old.worker]?.remove(instance)
            if byWorker[old.worker]?.isEmpty == true { byWorker[old.worker] = nil }
        }
        if let new { byWorker[new.worker, default: []].insert(instance) }
    }
}
