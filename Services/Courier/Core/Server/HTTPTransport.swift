/// A request.
public struct HTTPCall: Sendable {
    /// The method, in capitals.
    public var method: String
    /// The address, complete and escaped.
    public var url: String
    /// The header fields.
    public var headers: [(name: String, value: String)]
    /// The body; `nil` for none.
    public var body: [UInt8]?

    /// A request.
    public init(method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// What a server answered.
public struct HTTPAnswer: Sendable {
    /// The status code.
    public var status: Int
    /// The whole body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// No answer came.
public struct TransportFailure: Error, Sendable, Hashable {
    /// Why, in words.
    public var reason: String

    /// A failure with its reason.
    public init(reason: String) {
        self.reason = reason
    }
}

/// Sends requests.
public protocol HTTPTransport: Sendable {
    /// Sends `call` and returns the whole answer, whatever its status.
    ///
    /// - Throws: `TransportFailure` when none came; `CancellationError` when the task was cancelled.
    func send(_ call: HTTPCall) async throws -> HTTPAnswer

    /// Sends `call` and hands over the body of a successful answer (2xx) piece by piece, as it comes; returns the answer without it when it has
    /// ended. Any other answer is returned whole.
    ///
    /// - Throws: as ``send(_:)``, also when the answer is cut off; what `receive` throws.
    func stream(_ call: HTTPCall, _ receive: ([UInt8]) async throws -> Void) async throws -> HTTPAnswer
}

extension HTTPTransport {
    /// The whole body in one piece.
    public func stream(_ call: HTTPCall, _ receive: ([UInt8]) async throws -> Void) async throws -> HTTPAnswer {
        let answer = try await send(call)
        guard (200..<300).contains(answer.status) else { return answer }
        try await receive(answer.body)
        return HTTPAnswer(status: answer.status, body: [])
    }
}

/// Reaches nobody.
struct NoTransport: HTTPTransport {
    func send(_ call: HTTPCall) async throws -> HTTPAnswer {
        throw TransportFailure(reason: "no transport")
    }
}
