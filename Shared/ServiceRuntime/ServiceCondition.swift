public import JSON
public import JSONStore
public import JobModel
import Messages
public import ServiceKit

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a service is, as it says when it is asked: since when it runs, what it has not sent yet, its store, and the disk under it.
public struct ServiceCondition: JSONEncodable, Sendable {
    /// The service's name.
    public var service: String
    /// When the process began to answer.
    public var startedAt: Timestamp
    /// Messages that the broker has not confirmed.
    public var unsentMessages: Int
    /// Bytes of the journal since the last snapshot.
    public var journalBytes: Int
    /// Bytes of the last snapshot.
    public var snapshotBytes: Int
    /// Free bytes and all bytes of the file system with the store; `nil` when it does not say.
    public var disk: (free: Int, total: Int)?

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("service", service)
            writer.field("startedAt", startedAt)
            writer.field("unsentMessages", unsentMessages)
            writer.field("journalBytes", journalBytes)
            writer.field("snapshotBytes", snapshotBytes)
            if let disk {
                writer.field("diskFreeBytes", disk.free)
                writer.field("diskTotalBytes", disk.total)
            }
        }
    }

    /// Free and all bytes of the file system that `path` lies in, for those who are not root.
    static func disk(of path: String) -> (free: Int, total: Int)? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let unit = Int(status.f_frsize)
        return (Int(status.f_bavail) * unit, Int(status.f_blocks) * unit)
    }
}

extension ServiceHost {
    /// Says how the service is that `engine` and `store` make.
    public func condition<State: ServiceState>(
        of engine: ServiceEngine<State>, store: FileStore
    ) -> @Sendable () async -> ServiceCondition {
        let startedAt = SystemTime().now
        let (name, directory) = (service.rawValue, dataDirectory)
        return {
            let usage = store.usage
            return ServiceCondition(
                service: name, startedAt: startedAt, unsentMessages: await engine.outboxCount, journalBytes: usage.journalBytes,
                snapshotBytes: usage.snapshotBytes, disk: ServiceCondition.disk(of: directory))
        }
    }

    /// The answer to `query.service`.
    public func conditionAnswer<State: ServiceState>(
        of engine: ServiceEngine<State>, store: FileStore
    ) -> [String: QueryServer.Answer] {
        let condition = condition(of: engine, store: store)
        return [
            QueryName.service: { _ in
                let item = await condition()
                var writer = JSONWriter()
                writer.object { $0.field("item", item) }
                return writer.bytes
            }
        ]
    }
}
