internal import FoundationEssentials
internal import JSON

/// The dead letters in a queue, taken from its head one at a time.
///
/// RabbitMQ's management API cannot acknowledge one message among others, so the queue is gone through once: each letter is dealt with (sent to where
/// it belongs, or behind the others, or nowhere) before it is taken out. Whatever ends this half-way leaves a letter twice, never none.
struct DeadLetters: Sendable {
    static let queue = "courier.dead"

    let client: ManagementClient

    /// What is to become of a letter.
    enum Fate: Sendable, Equatable {
        /// Sent to the queue it was taken from, as a new message.
        case replay
        case discard
        /// It stays.
        case keep
    }

    /// A letter as it lies in the queue.
    struct Letter: Sendable {
        let message: JSONNode

        var id: String? { properties?["message_id"]?.text }
        var reason: String? { header("courier-reason") }
        var queue: String? { header("courier-queue") }
        var type: String? { header("courier-type") }
        /// It came by the exchange that nodes write to: its sender was a node, which a replay could not show any more.
        var isFromNode: Bool { header("courier-exchange") == "courier.nodes" }

        private var properties: JSONNode? { message["properties"] }

        private func header(_ name: String) -> String? { properties?["headers"]?[name]?.text }

        /// The letter as it is listed.
        var document: JSONNode {
            .object([
                ("messageId", id.map(JSONNode.text)), ("queue", queue.map(JSONNode.text)), ("type", type.map(JSONNode.text)),
                ("reason", reason.map(JSONNode.text)), ("fromNode", .bool(isFromNode)), ("bytes", message["payload_bytes"]),
            ])
        }

        /// The same letter once more, for the end of the queue; one without an identifier gets `id`.
        func copy(id: UUID) -> JSONNode {
            // RabbitMQ lets nobody publish in another's name.
            var members = (properties?.members ?? []).filter { $0.key != "user_id" }.map { ($0.key, $0.node) }
            if self.id == nil { members.append(("message_id", .text(id.uuidString))) }
            return publication(to: DeadLetters.queue, properties: members)
        }

        /// The message it was, under a new identifier: its receiver ignores the old one.
        func original(id: UUID) -> JSONNode? {
            guard let queue, let type else { return nil }
            let headers = (properties?["headers"]?.members ?? []).filter { header in
                !["courier-reason", "courier-queue", "courier-type", "courier-exchange"].contains(header.key) && !header.key.hasPrefix("x-")
            }
            return publication(
                to: queue,
                properties: [
                    ("delivery_mode", .number(2)), ("message_id", .text(id.uuidString)), ("type", .text(type)),
                    ("headers", .object(headers.map { ($0.key, $0.node) })),
                ])
        }

        private func publication(to queue: String, properties: [(String, JSONNode)]) -> JSONNode {
            let members: [(String, JSONNode?)] = [
                ("properties", .object(properties)), ("routing_key", .text(queue)), ("payload", message["payload"]),
                ("payload_encoding", message["payload_encoding"] ?? .text("string")),
            ]
            return .object(members)
        }
    }

    /// The first letters; they stay where they are.
    func first(_ count: Int) async throws -> [Letter] {
        try await client.messages(in: Self.queue, count: count, taking: false).map(Letter.init)
    }

    /// Goes through the queue once and gives each letter its fate.
    ///
    /// - Returns: the letters that were replayed or discarded.
    /// - Throws: `CommandFailure` when a letter cannot be sent to where it belongs; it stays, and the others as they are.
    func settle(_ fate: (Letter) throws -> Fate) async throws -> [Letter] {
        var settled: [Letter] = []
        // Where the round ends: the first letter that was put behind the others, or one that was replayed and has come back already.
        var ends: Set<String> = []
        while let letter = try await first(1).first, !ends.contains(letter.id?.lowercased() ?? "") {
            let decision = try fate(letter)
            switch decision {
            case .replay: ends.insert(try await replay(letter))
            case .discard: break
            case .keep:
                let id = UUID()
                try await send(letter.copy(id: id), to: Self.queue)
                ends.insert((letter.id ?? id.uuidString).lowercased())
            }
            let taken = try await client.messages(in: Self.queue, count: 1, taking: true).map(Letter.init)
            // Somebody else was faster: what was taken is not what was dealt with.
            for other in taken where other.id != letter.id { try await send(other.copy(id: UUID()), to: Self.queue) }
            if decision != .keep { settled.append(letter) }
        }
        return settled
    }

    /// - Returns: the new message's identifier.
    private func replay(_ letter: Letter) async throws -> String {
        let id = UUID()
        guard let queue = letter.queue, let message = letter.original(id: id) else {
            throw CommandFailure.failed("\(letter.id ?? "a letter") does not say from which queue it came; it stays in \(Self.queue)")
        }
        try await send(message, to: queue)
        return id.uuidString.lowercased()
    }

    private func send(_ message: JSONNode, to queue: String) async throws {
        guard try await client.publish(message) else {
            throw CommandFailure.failed(
                "there is no queue \(queue); the letter stays in \(Self.queue). Start the service, or discard the letter")
        }
    }
}
