public import AsyncHTTPClient
public import FoundationEssentials
import JSON
import Messages
import NIOCore
import NIOHTTP1
import ServiceKit

/// Node accounts by way of RabbitMQ's management API.
public struct ManagementAPIAccounts: BrokerAccounts {
    private let settings: ManagementAPISettings
    private let client: HTTPClient

    /// Accounts in the virtual host of `settings`; `client` stays the caller's to shut down.
    public init(_ settings: ManagementAPISettings, client: HTTPClient) {
        self.settings = settings
        self.client = client
    }

    /// Puts the user with a new password of 256 random bits, then its permissions.
    ///
    /// - Throws: ``BrokerAccountError``.
    public func createNodeAccount(node: UUID) async throws -> NodeAccount {
        let account = NodeAccount(user: NodeAccount.user(of: node), password: SecretBytes(randomCount: 32).hex)
        var body = JSONWriter()
        body.object { writer in
            writer.field("password", account.password)
            writer.field("tags", "")
        }
        try await send(.PUT, ["users", account.user], body: body.bytes, accepting: [201, 204])
        try await send(.PUT, ["permissions", settings.virtualHost, account.user], body: Self.permissions(of: node), accepting: [201, 204])
        return account
    }

    /// Deletes the user first, so that nothing reads the queue when it goes.
    ///
    /// - Throws: ``BrokerAccountError``.
    public func removeNodeAccount(node: UUID) async throws {
        try await send(.DELETE, ["users", NodeAccount.user(of: node)], accepting: [204, 404])
        try await send(.DELETE, ["queues", settings.virtualHost, Queues.node(node)], accepting: [204, 404])
    }

    /// A node declares and reads its own queue, and writes to the nodes' exchange.
    static func permissions(of node: UUID) -> [UInt8] {
        let queue = pattern(for: Queues.node(node))
        var body = JSONWriter()
        body.object { writer in
            writer.field("configure", queue)
            writer.field("write", pattern(for: Exchanges.nodes))
            writer.field("read", queue)
        }
        return body.bytes
    }

    /// The regular expression that matches `name` alone; names of queues and exchanges have no special character but the dot.
    private static func pattern(for name: String) -> String {
        "^\(name.replacing(".", with: "\\."))$"
    }

    // MARK: Requests

    private func send(_ method: HTTPMethod, _ path: [String], body: [UInt8]? = nil, accepting statuses: Set<UInt>) async throws {
        let url = settings.url(of: path)
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.setBasicAuth(username: settings.user, password: settings.password)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        let expected = statuses.sorted().map(String.init).joined(separator: " or ")
        func failure(_ found: String, _ advice: String) -> BrokerAccountError {
            BrokerAccountError(request: "\(method.rawValue) \(url)", expected: "status \(expected)", found: found, advice: advice)
        }
        let status: UInt
        let text: String
        do {
            let response = try await client.execute(request, timeout: .nanoseconds(settings.timeout.nanoseconds))
            status = response.status.code
            // An answer is read to its end even when nobody wants it: the connection is used again then.
            text = String(buffer: try await response.body.collect(upTo: 64 << 10))
        } catch let error as CancellationError {
            throw error
        } catch {
            throw failure("no answer (\(error))", "check that the broker runs with its management plugin, and the URL in the configuration")
        }
        guard !statuses.contains(status) else { return }
        throw failure("status \(status) \(text.prefix(300))", Self.advice(for: status))
    }

    private static func advice(for status: UInt) -> String {
        switch status {
        case 401: "check the user and the password of the management API, and that the user has the tag administrator"
        case 404: "check that the virtual host exists"
        default: "look into the broker's log"
        }
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole + components.attoseconds / 1_000_000_000
    }
}
