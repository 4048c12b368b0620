import FoundationEssentials
import JobModel
import Messages

/// Every instance in the order they came, and of the finished ones what stays in memory.
///
/// It is searched from one end to the other: ten thousand instances with a million runs take a millisecond or two, and nothing has to be kept in
/// order when an instance ends or is removed.
struct InstanceIndex: Sendable {
    struct Entry: Sendable {
        let id: UUID
        let jobID: UUID
        let createdAt: Timestamp
        /// `nil` while it is live, and while it waits to be written to its file.
        var finished: FinishedInstance?
    }

    /// Every instance, oldest first.
    private(set) var entries: [Entry] = []
    private var places: [UUID: Int] = [:]
    /// Finished instances, and the bytes of their files.
    private(set) var finishedCount = 0
    private(set) var finishedBytes = 0
    /// Finished instances whose files are of an earlier release.
    private(set) var outdated: Set<UUID> = []

    /// Whether `id` is finished and in its file.
    func contains(_ id: UUID) -> Bool { finished(id) != nil }

    func finished(_ id: UUID) -> FinishedInstance? { places[id].flatMap { entries[$0].finished } }

    func summary(of id: UUID) -> InstanceSummary? { finished(id)?.summary }

    /// The finished instances that the run `id` may belong to, and its place there: nearly always one or none.
    func candidates(forRun id: UUID) -> [(instance: UUID, place: Int)] {
        let key = RunTable.key(ofRun: id)
        return entries.indices.reversed().flatMap { number in
            (entries[number].finished?.runs.places(ofKey: key) ?? []).map { (entries[number].id, $0) }
        }
    }

    mutating func add(_ instance: InstanceReference, createdAt: Timestamp) {
        guard places[instance.instanceID] == nil else { return }
        places[instance.instanceID] = entries.count
        entries.append(Entry(id: instance.instanceID, jobID: instance.jobID, createdAt: createdAt))
    }

    /// Takes an instance up as finished, or replaces what was known of it.
    mutating func finish(_ instance: FinishedInstance) {
        add(instance.summary.instance, createdAt: instance.summary.createdAt)
        guard let place = places[instance.id] else { return }
        finishedCount += entries[place].finished == nil ? 1 : 0
        finishedBytes += instance.bytes - (entries[place].finished?.bytes ?? 0)
        entries[place].finished = instance
        if instance.runs.isComplete { outdated.remove(instance.id) } else { outdated.insert(instance.id) }
    }

    /// Forgets finished instances.
    mutating func remove(_ ids: Set<UUID>) {
        for entry in entries where ids.contains(entry.id) {
            guard let finished = entry.finished else { continue }
            finishedCount -= 1
            finishedBytes -= finished.bytes
            outdated.remove(entry.id)
        }
        entries.removeAll { ids.contains($0.id) && $0.finished != nil }
        places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.id, $0) })
    }

    mutating func noteLateEvidence(of id: UUID) {
        guard let place = places[id] else { return }
        entries[place].finished?.hasLateEvidence = true
    }
}
