import FoundationEssentials
import JobModel
import Messages

/// A page of a list, and how long the list is.
struct ListPage<Item: Sendable>: Sendable {
    var items: [Item]
    var total: Int
}

/// A run on a page of a list: one of a live instance, or where to read it.
enum ListedRun: Sendable {
    case live(RunRecord, instance: UUID, job: UUID)
    case finished(FinishedInstance, place: Int)
}

/// Lists, without reading a file.
extension CollectorState {
    func summary(of id: UUID) -> InstanceSummary? { live[id]?.summary ?? index.summary(of: id) }

    /// The instances that `query` asks for, newest first.
    func instances(_ query: InstancesQuery) -> ListPage<InstanceSummary> {
        let entries = index.entries
        func page(_ numbers: [Int], of total: Int) -> ListPage<InstanceSummary> {
            ListPage(items: numbers.compactMap { summary(of: entries[$0].id) }, total: total)
        }
        if query.jobID == nil, query.statuses.isEmpty, query.nodeID == nil, query.created == TimeSpan() {
            return page(query.page.range(of: entries.count).map { entries.count - 1 - $0 }, of: entries.count)
        }
        let wanted = Set(query.statuses)
        let found = entries.indices.reversed().filter { number in
            (query.jobID ?? entries[number].jobID) == entries[number].jobID && query.created.contains(entries[number].createdAt)
                && (wanted.isEmpty || status(ofEntry: number).map(wanted.contains) == true)
                && (query.nodeID.map { place(of: $0, inEntry: number) != nil } ?? true)
        }
        return page(Array(found[query.page.range(of: found.count)]), of: found.count)
    }

    /// The runs on the node that `query` asks for, those of the newest instance first.
    func runs(_ query: NodeRunsQuery) -> ListPage<ListedRun> {
        let wanted = Set(query.statuses)
        var found: [(entry: Int, place: Int)] = []
        for number in index.entries.indices.reversed() where query.created.contains(index.entries[number].createdAt) {
            guard let place = place(of: query.nodeID, inEntry: number) else { continue }
            if wanted.isEmpty || status(ofRun: place, inEntry: number).map(wanted.contains) == true { found.append((number, place)) }
        }
        let page = found[query.page.range(of: found.count)].compactMap { listed(index.entries[$0.entry], $0.place) }
        return ListPage(items: page, total: found.count)
    }

    /// The runs of one instance that `query` asks for, in the order of the plan; `nil` when there is no such instance.
    func runs(_ query: RunsQuery) -> ListPage<ListedRun>? {
        let wanted = Set(query.statuses)
        if let instance = live[query.instanceID] {
            let places = instance.runs.indices.filter { wanted.isEmpty || wanted.contains(instance.runs[$0].status) }
            let page = places[query.page.range(of: places.count)]
            return ListPage(
                items: page.map { .live(instance.runs[$0], instance: instance.id, job: instance.instance.jobID) }, total: places.count)
        }
        guard let finished = index.finished(query.instanceID) else { return nil }
        let places = finished.runs.places(in: wanted)
        return ListPage(items: places[query.page.range(of: places.count)].map { .finished(finished, place: $0) }, total: places.count)
    }

    /// Where the run `id` may be.
    func candidates(forRun id: UUID) -> [ListedRun] {
        if let instance = live.values.first(where: { $0.place(of: id) != nil }), let place = instance.place(of: id) {
            return [.live(instance.runs[place], instance: instance.id, job: instance.instance.jobID)]
        }
        return index.candidates(forRun: id).compactMap { candidate in
            index.finished(candidate.instance).map { .finished($0, place: candidate.place) }
        }
    }

    private func status(ofEntry number: Int) -> InstanceStatus? {
        index.entries[number].finished?.summary.status ?? live[index.entries[number].id]?.status
    }

    private func status(ofRun place: Int, inEntry number: Int) -> RunStatus? {
        index.entries[number].finished?.runs.statuses[place] ?? live[index.entries[number].id]?.runs[place].status
    }

    /// The place of the run on `node`; an instance has at most one.
    private func place(of node: UUID, inEntry number: Int) -> Int? {
        if index.entries[number].finished != nil { return index.entries[number].finished?.runs.place(ofNode: node) }
        let id = index.entries[number].id
        return live[id]?.place(of: Identifiers.run(of: id, on: node))
    }

    private func listed(_ entry: InstanceIndex.Entry, _ place: Int) -> ListedRun? {
        if let finished = entry.finished { return .finished(finished, place: place) }
        return live[entry.id].map { .live($0.runs[place], instance: entry.id, job: entry.jobID) }
    }
}
