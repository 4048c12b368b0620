import ArgumentParser
import FoundationEssentials
import JSON
import JSONStore
import JobModel
import NodeResolverCore

/// Writes enrolled nodes into the store of a node-resolver that does not run. Enrolment makes a broker account for each node, which ten thousand
/// nodes that are only played do not need.
struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "seed", abstract: "Write nodes into a stopped node-resolver's store.")

    @Option(help: "The node-resolver's data directory.") var data: String
    @Option(help: "How many nodes.") var nodes: Int

    func run() async throws {
        let store = try await FileStore.open(data + "/store", format: StoreFormat(name: "courier.node-resolver", version: 1))
        _ = try await store.recover { _ in }
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        for start in stride(from: 0, to: nodes, by: 1000) {
            let records = (start..<min(start + 1000, nodes)).map { Self.record(of: $0, at: now) }
            _ = try await store.append(records)
        }
        await store.close()
        print("wrote \(nodes) nodes")
    }

    private static func record(of index: Int, at now: Timestamp) -> [UInt8] {
        var node = Node(
            id: FleetNodes.id(index), machineID: "fleet-\(index)", hostname: "fleet-\(index)",
            attributes: ["agent": ["hostname": "fleet-\(index)"]],
            enrolledAt: now, enrolmentKey: "fleet")
        node.lastCheckInAt = now
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("at", now)
            writer.field("events", [ResolverEvent.nodeStored(node)])
        }
        return writer.bytes
    }
}
