internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// Sends requests with AsyncHTTPClient. ``shutdown()`` has to be called before the last reference goes.
public final class HTTPClientTransport: HTTPTransport {
    private let client: HTTPClient

    /// How long a request may take as a whole.
    private static let timeout = TimeAmount.seconds(60)
    /// The longest silence within an answer: four times that of an event stream.
    private static let readTimeout = TimeAmount.seconds(60)
    /// More than the longest answer: a page of 1,000 runs with their steps.
    private static let maximumBody = 256 << 20

    /// A transport with connections of its own.
    public init() {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = Self.readTimeout
        // A redirect would carry the token to wherever it points.
        configuration.redirectConfiguration = .disallow
        // "Connection refused" is an answer: whoever wants to try again does so knowingly.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Sends a request; see ``HTTPTransport``.
    public func send(_ call: HTTPCall) async throws -> HTTPAnswer {
        try await Self.explaining {
            let response = try await client.execute(Self.request(call), timeout: Self.timeout)
            let body = try await response.body.collect(upTo: Self.maximumBody)
            return HTTPAnswer(status: Int(response.status.code), body: Array(buffer: body))
        }
    }

    /// Sends a request and hands over the answer's body as it comes; see ``HTTPTransport``.
    public func stream(_ call: HTTPCall, _ receive: ([UInt8]) async throws -> Void) async throws -> HTTPAnswer {
        // The time limit is that of the answer's beginning.
        let response = try await Self.explaining { try await client.execute(Self.request(call), timeout: Self.timeout) }
        let status = Int(response.status.code)
        guard (200..<300).contains(status) else {
            let body = try await Self.explaining { try await response.body.collect(upTo: Self.maximumBody) }
            return HTTPAnswer(status: status, body: Array(buffer: body))
        }
        var pieces = response.body.makeAsyncIterator()
        while let piece = try await Self.explaining({ try await pieces.next() }) { try await receive(Array(buffer: piece)) }
        return HTTPAnswer(status: status, body: [])
    }

    private static func request(_ call: HTTPCall) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: call.url)
        request.method = HTTPMethod(rawValue: call.method)
        for header in call.headers { request.headers.add(name: header.name, value: header.value) }
        if let body = call.body { request.body = .bytes(ByteBuffer(bytes: body)) }
        return request
    }

    private static func explaining<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch {
            if Task.isCancelled || error is CancellationError { throw CancellationError() }
            throw TransportFailure(reason: Self.reason(error))
        }
    }

    /// Closes all connections.
    public func shutdown() async {
        // Fails only when called twice, which harms nobody.
        try? await client.shutdown()
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout: "no connection within 5 s"
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout: "no answer within 60 s"
        case let error as HTTPClientError where error == .remoteConnectionClosed: "the connection was closed before the answer"
        case let error as HTTPClientError where error == .invalidURL: "the address is not valid"
        case let error as IOError: shortened(error.description)
        default: shortened("\(error)")
        }
    }

    /// NIO's errors name calls and every address tried; the system's own words are what helps.
    private static func shortened(_ text: String) -> String {
        if text.contains("Connection refused") { return "connection refused" }
        if text.contains("UnknownHost") || text.contains("unknownHost") || text.contains("nodename nor servname")
            || text.contains("getaddrinfo")
        {
            return "the host name is not known"
        }
        return text
    }
}
