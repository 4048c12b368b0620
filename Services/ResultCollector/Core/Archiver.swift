import FoundationEssentials
import JSONStore
import JobModel
import Logging
public import ServiceKit

/// Moves what is over out of memory: finished instances into their files, late reports beside them; and removes the files of what was forgotten.
///
/// Every step is repeatable: what a crash interrupts is in the journal as still to be done, and doing it again gives the same files.
public struct Archiver: Sendable {
    private let engine: ServiceEngine<CollectorState>
    private let archive: InstanceArchive
    private let gauges: CollectorGauges

    /// Works for `engine`, in `archive`.
    public init(_ engine: ServiceEngine<CollectorState>, archive: InstanceArchive, metrics: Metrics) {
        self.engine = engine
        self.archive = archive
        gauges = CollectorGauges(metrics)
    }

    /// Files written, or removed, together: they share the syncs of the directories and the journal.
    private static let together = 32
    /// Instances of more runs in all are not put into files together.
    private static let runsTogether = 10_000

    /// Works whenever the engine has committed something, until the task is cancelled.
    ///
    /// - Throws: `StoreError` when a file or the journal cannot be written.
    public func run() async throws {
        var unreadable: Set<UUID> = []
        for await _ in await engine.commits() {
            while !Task.isCancelled, try await work(&unreadable) {}
            await engine.read { [gauges] in gauges.show($0) }
        }
    }

    /// Does the next piece of work; `false` when there is none.
    func work(_ unreadable: inout Set<UUID>) async throws -> Bool {
        if try await archiveSome() { return true }
        if try await keepLateReports(&unreadable) { return true }
        if try await removeFiles() { return true }
        return try await renewOutdated(&unreadable)
    }

    private func archiveSome() async throws -> Bool {
        let records = await engine.read { state -> [InstanceRecord] in
            var runs = 0
            return state.unarchived.prefix(Self.together).compactMap { state.live[$0] }.filter { record in
                defer { runs += record.runs.count }
                return runs == 0 || runs + record.runs.count <= Self.runsTogether
            }
        }
        guard !records.isEmpty else { return false }
        let finished = try await archive.write(records)
        try await engine.perform(.upkeep(Upkeep(.archived(finished))))
        for record in records {
            archive.logger.debug(
                "Archived", metadata: ["instance": "\(record.id.uuidString.lowercased())", "status": "\(record.status.rawValue)"])
        }
        return true
    }

    private func keepLateReports(_ unreadable: inout Set<UUID>) async throws -> Bool {
        guard let (id, reports) = await engine.read({ state in state.late.first(where: state.index.contains) }) else { return false }
        var hasEvidence = false
        do {
            hasEvidence = try await archive.keepLate(reports, of: id)
        } catch {
            try report(error, about: id, &unreadable)
        }
        try await engine.perform(.upkeep(Upkeep(.lateKept(id, reports: reports.count, hasEvidence: hasEvidence))))
        return true
    }

    private func removeFiles() async throws -> Bool {
        let ids = await engine.read { Array($0.doomed.prefix(Self.together)) }
        guard !ids.isEmpty else { return false }
        try await archive.remove(ids)
        try await engine.perform(.upkeep(Upkeep(.filesRemoved(ids))))
        return true
    }

    /// Writes a file of an earlier release in today's form.
    private func renewOutdated(_ unreadable: inout Set<UUID>) async throws -> Bool {
        let known = unreadable
        guard let id = await engine.read({ $0.index.outdated.first { !known.contains($0) } }) else { return false }
        do {
            guard let record = try await archive.read(id) else {
                throw MissingFile(id: id)
            }
            try await engine.perform(.upkeep(Upkeep(.archived(try await archive.write([record])))))
        } catch {
            try report(error, about: id, &unreadable)
        }
        return true
    }

    /// A file that cannot be read is the operator's to repair; the others go on. What makes writing impossible ends the process.
    private func report(_ error: any Error, about id: UUID, _ unreadable: inout Set<UUID>) throws {
        if let error = error as? StoreError, error.isFinal { throw error }
        if error is CancellationError { throw error }
        guard unreadable.insert(id).inserted else { return }
        archive.logger.error(
            "The file of a finished instance cannot be used", metadata: ["instance": "\(id.uuidString.lowercased())", "error": "\(error)"])
    }
}

/// A finished instance whose file is gone.
private struct MissingFile: Error, CustomStringConvertible {
    let id: UUID

    var description: String { "expected a file of the instance \(id.uuidString.lowercased()), found none; restore it from a backup" }
}
