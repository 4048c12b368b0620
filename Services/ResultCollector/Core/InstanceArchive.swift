import FoundationEssentials
import JSON
public import JSONStore
import JobModel
public import Logging
import Messages

/// The files of finished instances: one each (``InstanceFile``), and one beside it for what came after the instance was over.
public struct InstanceArchive: Sendable {
    let logger: Logger
    private let documents: DocumentDirectory

    /// An archive in `documents`.
    public init(_ documents: DocumentDirectory, logger: Logger) {
        self.documents = documents
        self.logger = logger
    }

    // MARK: Reading

    /// The finished instance `id`; `nil` when there is no file of it.
    ///
    /// - Throws: `StoreError` when the file is damaged, `JSONError` when it is of another shape.
    func read(_ id: UUID) async throws -> InstanceRecord? {
        guard var record = try await recorded(id) else { return nil }
        for report in try await lateReports(of: id) {
            if let place = record.place(of: report.runID) { record.change(place) { $0.fold(report) } }
        }
        return record
    }

    /// The runs at `places` of their plan, without their output; `nil` when there is no file.
    ///
    /// - Throws: `StoreError` when the file is damaged, `JSONError` when it is of another shape.
    func runs(of instance: FinishedInstance, at places: [Int]) async throws -> [RunRecord]? {
        var runs: [RunRecord]
        switch try await file(of: instance.id) {
        case .none: return nil
        case .lines(let reader): runs = try await InstanceFile.runs(reader, at: places).map(\.run)
        case .whole(let record): runs = places.filter(record.runs.indices.contains).map { record.runs[$0] }
        }
        if instance.hasLateEvidence {
            let late = Dictionary(grouping: try await lateReports(of: instance.id), by: \.runID)
            for place in runs.indices { for report in late[runs[place].runID] ?? [] { runs[place].fold(report) } }
        }
        return runs
    }

    /// The output of the run at `place`, of the wanted streams only; `nil` when there is no file.
    ///
    /// - Throws: `StoreError` when the file is damaged, `JSONError` when it is of another shape.
    func output(of instance: FinishedInstance, at place: Int, where isWanted: (OutputPlace) -> Bool) async throws -> [OutputChunk]? {
        var run: RunRecord
        switch try await file(of: instance.id) {
        case .none: return nil
        case .whole(let record): run = record.runs[place]
        case .lines(let reader):
            guard let found = try await InstanceFile.runs(reader, at: [place]).first else { return nil }
            run = found.run
            run.output = try await InstanceFile.output(reader, of: found.streams.filter { isWanted($0.place) })
        }
        if instance.hasLateEvidence {
            for report in try await lateReports(of: instance.id) where report.runID == run.runID { run.fold(report) }
        }
        return run.output.filter { isWanted($0.place) }
    }

    private enum File {
        case lines(LineDocumentReader)
        /// A file of an earlier release, which is one JSON value.
        case whole(InstanceRecord)
    }

    private func file(of id: UUID) async throws -> File? {
        do {
            return try await documents.lines(of: Self.name(of: id)).map(File.lines)
        } catch let error as StoreError where error.code == .otherFormat {
            guard let bytes = try await documents.read(Self.name(of: id)) else { return nil }
            return .whole(try InstanceRecord(json: bytes, limits: JSONLimits(bytes: .max)))
        }
    }

    private func recorded(_ id: UUID) async throws -> InstanceRecord? {
        switch try await file(of: id) {
        case .none: nil
        case .whole(let record): record
        case .lines(let reader): try await InstanceFile.record(reader)
        }
    }

    // MARK: Writing

    /// Writes the instances to their files, in place of earlier ones. Durable when it returns.
    ///
    /// - Returns: what stays in memory of them.
    /// - Throws: `StoreError`.
    func write(_ records: [InstanceRecord]) async throws -> [FinishedInstance] {
        var files: [DocumentDirectory.Document] = []
        for record in records {
            files.append(.init(name: Self.name(of: record.id), bytes: try InstanceFile.document(of: record)))
            // Others may have their turn: an instance may have ten thousand runs.
            await Task.yield()
        }
        try await documents.write(files)
        return zip(records, files).map { FinishedInstance(summary: $0.summary, runs: RunTable($0), bytes: $1.bytes.count) }
    }

    /// Removes the files of the instances, and those beside them. Durable when it returns.
    ///
    /// - Throws: `StoreError`.
    func remove(_ ids: [UUID]) async throws {
        try await documents.remove(ids.flatMap { [Self.name(of: $0), Self.lateName(of: $0)] })
    }

    // MARK: Late evidence

    /// No more is kept of one instance.
    private static let maximumLateBytes = 4 << 20

    /// Keeps what of `reports` says something new of a run that is over.
    ///
    /// - Returns: whether any does.
    /// - Throws: `StoreError`, `JSONError`.
    func keepLate(_ reports: [RunReport], of id: UUID) async throws -> Bool {
        guard var record = try await read(id) else { return false }
        var kept = try await lateReports(of: id)
        let known = kept.count
        for report in reports {
            guard let place = record.place(of: report.runID) else { continue }
            let before = record.runs[place]
            record.change(place) { $0.fold(report) }
            if record.runs[place] != before { kept.append(report) }
        }
        guard kept.count > known else { return false }
        var document = LineDocument()
        var bytes = 0
        for line in kept.map({ $0.encoded() }) {
            bytes += line.count
            guard bytes <= Self.maximumLateBytes else {
                logger.warning(
                    "Late evidence is dropped: there is too much of it",
                    metadata: ["instance": "\(id.uuidString.lowercased())", "limitBytes": "\(Self.maximumLateBytes)"])
                break
            }
            try document.add(line)
        }
        try await documents.write(Self.lateName(of: id), document.finish())
        return true
    }

    private func lateReports(of id: UUID) async throws -> [RunReport] {
        guard let reader = try await documents.lines(of: Self.lateName(of: id)), reader.count > 0 else { return [] }
        return try await reader.read(Array(1...reader.count)).map { try RunReport(json: $0, limits: JSONLimits(bytes: .max)) }
    }

    // MARK: Names

    private static func name(of id: UUID) -> String { id.uuidString.lowercased() }

    private static func lateName(of id: UUID) -> String { name(of: id) + ".late" }
}

/// Which stream of which attempt at which step a piece of output belongs to.
struct OutputPlace: Sendable, Hashable {
    var step: Int
    var attempt: Int
    var stream: OutputStream
}

extension OutputChunk {
    var place: OutputPlace { OutputPlace(step: step, attempt: attempt, stream: stream) }
}
