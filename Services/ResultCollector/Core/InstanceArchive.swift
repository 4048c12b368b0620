import FoundationEssentials
import JSON
public import JSONStore
import JobModel
public import Logging
public import ServiceKit

/// The files of finished instances, and what moves instances into them.
public struct InstanceArchive: Sendable {
    private let documents: DocumentDirectory
    private let logger: Logger

    /// An archive in `documents`.
    public init(_ documents: DocumentDirectory, logger: Logger) {
        self.documents = documents
        self.logger = logger
    }

    /// The finished instance `id`; `nil` when there is no file of it.
    ///
    /// - Throws: `StoreError` when the file is damaged, `JSONError` when it is of another shape.
    func read(_ id: UUID) async throws -> InstanceRecord? {
        guard let bytes = try await documents.read(Self.name(of: id)) else { return nil }
        var reader = JSONReader(bytes, limits: JSONLimits(depth: 64, bytes: 4 << 30))
        return try reader.decode()
    }

    /// Writes every instance that is over to its file and lets the engine forget the rest of it, whenever `engine` has committed something.
    /// A crash in between writes the same file again.
    ///
    /// - Throws: `StoreError` when a file or the journal cannot be written.
    public func run(_ engine: ServiceEngine<CollectorState>) async throws {
        for await _ in await engine.commits() {
            while let record = await engine.read({ state in state.unarchived.first.flatMap { state.live[$0] } }) {
                if Task.isCancelled { return }
                try await documents.write(Self.name(of: record.id), record.encoded())
                try await engine.perform(.archived(record.id))
                logger.debug("Archived", metadata: ["instance": "\(record.id)", "status": "\(record.status.rawValue)"])
            }
        }
    }

    private static func name(of id: UUID) -> String {
        id.uuidString.lowercased()
    }
}
