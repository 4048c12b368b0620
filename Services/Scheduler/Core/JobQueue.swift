import DequeModule
import FoundationEssentials

/// Jobs in the order in which they came, each once.
struct JobQueue: Sendable {
    private var order: Deque<UUID> = []
    private var members: Set<UUID> = []

    var isEmpty: Bool { members.isEmpty }

    /// Appends `job` unless it is there.
    mutating func insert(_ job: UUID) {
        if members.insert(job).inserted { order.append(job) }
    }

    /// Takes `job` out, wherever it stands.
    mutating func remove(_ job: UUID) {
        guard members.remove(job) != nil, members.isEmpty else { return }
        order = []
    }

    /// The job that has been there longest, taken out.
    mutating func popFirst() -> UUID? {
        while let job = order.popFirst() {
            if members.remove(job) != nil { return job }
        }
        return nil
    }
}
