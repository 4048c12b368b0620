import AsyncHTTPClient
import FoundationEssentials
import JSON
import JobModel
public import Logging
public import Messages
import NIOCore
import NIOHTTP1
public import ServiceKit

/// Makes this machine a node of a server, with the token that an administrator gave it.
public struct Enrolment: Sendable {
    /// An answer of the server.
    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]
    }

    private let url: String
    private let time: any TimeSource
    private let logger: Logger
    private let post: @Sendable (_ url: String, _ body: [UInt8]) async throws -> Answer

    /// Enrolment at the server whose API is at `url`, such as `https://courier.example.org`.
    public init(url: String, time: any TimeSource = SystemTime(), logger: Logger) {
        self.init(url: url, time: time, logger: logger, post: Self.postByHTTP)
    }

    init(
        url: String, time: any TimeSource, logger: Logger, post: @escaping @Sendable (_ url: String, _ body: [UInt8]) async throws -> Answer
    ) {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        self.url = "\(url)/v1/nodes/enrol"
        self.time = time
        self.logger = logger
        self.post = post
    }

    /// Asks until the server answers: as long as it is unreachable or busy, with growing pauses up to 30 s.
    ///
    /// - Throws: ``EnrolmentError`` when the server refuses or is no Courier server; `CancellationError`.
    public func enrol(_ request: NodeEnrol) async throws -> EnrolledNode {
        let body = request.encoded()
        var pause = Duration.seconds(1)
        while true {
            let problem: String
            do {
                let answer = try await post(url, body)
                switch answer.status {
                case 200, 201: return try node(in: answer.body)
                case 408, 429, 500...599: problem = "status \(answer.status)\(Self.detail(of: answer.body))"
                default: throw refusal(answer)
                }
            } catch let error as EnrolmentError {
                throw error
            } catch {
                try Task.checkCancellation()
                if let mistake = error as? HTTPClientError, Self.isMistake(mistake) { throw EnrolmentError("\(url): \(mistake)") }
                problem = "\(error)"
            }
            logger.warning("The server cannot enrol this node yet; trying again", metadata: ["url": "\(url)", "problem": "\(problem)"])
            try await time.sleep(until: time.now + pause)
            pause = min(pause * 2, .seconds(30))
        }
    }

    private func node(in body: [UInt8]) throws -> EnrolledNode {
        do {
            var reader = JSONReader(body)
            let node: EnrolledNode = try reader.fields()("item")
            _ = try CommandKey(hex: node.commandKey)
            return node
        } catch {
            throw EnrolmentError("\(url): expected {\"item\": …} with the node's identity, found another answer: \(error)")
        }
    }

    private func refusal(_ answer: Answer) -> EnrolmentError {
        let detail = Self.detail(of: answer.body)
        return switch answer.status {
        case 401, 403:
            EnrolmentError(
                "\(url): the server refused the enrolment token (status \(answer.status)\(detail)); it may be mistyped, used up or expired: "
                    + "ask an administrator for a new one")
        case 404: EnrolmentError("\(url): expected a Courier server, found none (status 404\(detail)); check the server's address")
        default: EnrolmentError("\(url): the server refused the enrolment (status \(answer.status)\(detail))")
        }
    }

    /// What a problem document (RFC 9457) says.
    private static func detail(of body: [UInt8]) -> String {
        guard let document = try? JSONDocument(parsing: body) else { return "" }
        let texts = ["title", "detail"].compactMap { document.root[$0]?.text }
        return texts.isEmpty ? "" : ": " + texts.joined(separator: ": ")
    }

    /// Nothing that waiting could cure.
    private static func isMistake(_ error: HTTPClientError) -> Bool {
        [.invalidURL, .emptyScheme, .emptyHost].contains(error) || "\(error)".contains("unsupportedScheme")
    }

    private static let postByHTTP: @Sendable (String, [UInt8]) async throws -> Answer = { url, body in
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "accept", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: body))
        // A client of its own, because the shared one keeps an unreachable server to itself until its time is over.
        var configuration = HTTPClient.Configuration(timeout: .init(connect: .seconds(10)))
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let response = try await client.execute(request, timeout: .seconds(30))
            let answer = try await response.body.collect(upTo: 1 << 20)
            try await client.shutdown()
            return Answer(status: Int(response.status.code), body: Array(answer.readableBytesView))
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}

/// An enrolment that will not succeed, and why.
public struct EnrolmentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The address, the reason and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
