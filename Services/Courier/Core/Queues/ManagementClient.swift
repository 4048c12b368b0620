internal import FoundationEssentials
internal import JSON

/// Asks RabbitMQ's management API about queues.
struct ManagementClient: Sendable {
    let address: ManagementAddress
    let transport: any HTTPTransport

    /// RabbitMQ gives no more than this on one page.
    private static let pageSize = 500
    /// Above every message: a body that is cut could not be read, and so its secrets not be found and hidden.
    private static let maximumBytes = 64 << 20

    /// One page of the queues whose names begin with `prefix`, by name.
    func queues(prefix: String, page: Int) async throws -> ListPage {
        var query = [
            ("page", String(page)), ("page_size", String(Self.pageSize)), ("sort", "name"),
            ("columns", "name,type,state,messages,messages_ready,messages_unacknowledged,consumers,message_stats"),
        ]
        if !prefix.isEmpty {
            query += [("name", "^" + prefix.map { $0.isLetter || $0.isNumber ? String($0) : "\\\($0)" }.joined()), ("use_regex", "true")]
        }
        let answer = try await send("GET", "queues/\(virtualHost)" + PercentEncoding.query(query))
        guard let items = answer["items"]?.elements else { throw foreign("an answer without \"items\"") }
        return ListPage(items: items.map(Self.queue), totalPages: answer["page_count"]?.int ?? 1)
    }

    /// The first messages of a queue as they are shown. They stay in it; RabbitMQ marks them as redelivered.
    func peek(_ queue: String, count: Int) async throws -> [JSONNode] {
        try await messages(in: queue, count: count, taking: false).map(PeekedMessage.document)
    }

    /// The first messages of a queue as RabbitMQ gives them; they leave it when `taking`.
    func messages(in queue: String, count: Int, taking: Bool) async throws -> [JSONNode] {
        let request = JSONNode.object([
            ("count", .number(count)), ("ackmode", .text(taking ? "ack_requeue_false" : "ack_requeue_true")), ("encoding", .text("auto")),
            ("truncate", .number(Self.maximumBytes)),
        ])
        let answer = try await send(
            "POST", "queues/\(virtualHost)/\(PercentEncoding.encode(queue))/get", body: Array(request.compact.utf8))
        guard let messages = answer.elements else { throw foreign("an answer that is no list") }
        return messages
    }

    /// Publishes a message to a queue, by its name.
    ///
    /// - Returns: whether a queue took it.
    func publish(_ message: JSONNode) async throws -> Bool {
        let answer = try await send("POST", "exchanges/\(virtualHost)/amq.default/publish", body: Array(message.compact.utf8))
        guard case .bool(let isRouted)? = answer["routed"]?.kind else { throw foreign("an answer without \"routed\"") }
        return isRouted
    }

    private var virtualHost: String { PercentEncoding.encode(address.virtualHost) }

    private func send(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> JSONNode {
        var headers: [(name: String, value: String)] = [("Accept", "application/json")]
        if let user = address.user {
            let credentials = Data("\(user):\(address.password ?? "")".utf8).base64EncodedString()
            headers.append(("Authorization", "Basic \(credentials)"))
        }
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let answer: HTTPAnswer
        do {
            answer = try await transport.send(HTTPCall(method: method, url: "\(address.url)/api/\(path)", headers: headers, body: body))
        } catch let failure as TransportFailure {
            throw CommandFailure.unreachable(
                "RabbitMQ's management API at \(address.url) (from \(address.origin)) cannot be reached: \(failure.reason)")
        }
        guard (200..<300).contains(answer.status) else { throw refusal(answer) }
        do {
            return try JSONNode.parse(answer.body)
        } catch {
            throw foreign("no JSON")
        }
    }

    private func refusal(_ answer: HTTPAnswer) -> CommandFailure {
        let reason = (try? JSONNode.parse(answer.body))?["reason"].map(Cell.text) ?? "status \(answer.status)"
        let text = DisplayWidth.printable(reason)
        switch answer.status {
        case 401, 403:
            return .failed(
                "RabbitMQ does not let \(address.user.map { "user \($0)" } ?? "nobody") in (\(text)); "
                    + "give --management-user and --management-password-file of a user tagged monitoring or management")
        case 404: return .failed("there is no such queue in virtual host \(address.virtualHost) (\(text)); see: courier queues list")
        case 500...: return .unreachable("RabbitMQ's management API at \(address.url) fails: \(text)")
        default: return .failed("RabbitMQ refused: \(text)")
        }
    }

    private func foreign(_ found: String) -> CommandFailure {
        .unreachable("expected RabbitMQ's management API at \(address.url) (from \(address.origin)), found \(found); check the address")
    }

    private static func queue(_ node: JSONNode) -> JSONNode {
        .object([
            ("name", node["name"]),
            ("type", node["type"]),
            ("state", node["state"]),
            ("depth", node["messages"] ?? .number(0)),
            ("ready", node["messages_ready"] ?? .number(0)),
            ("unacknowledged", node["messages_unacknowledged"] ?? .number(0)),
            ("consumers", node["consumers"] ?? .number(0)),
            ("publishRate", node["message_stats"]?["publish_details"]?["rate"] ?? .number(0)),
            ("deliverRate", node["message_stats"]?["deliver_get_details"]?["rate"] ?? .number(0)),
        ])
    }
}
