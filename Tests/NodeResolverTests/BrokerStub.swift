import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a free port of 127.0.0.1 that notes what it is asked and answers as it is told.
final class BrokerStub: Sendable {
    struct Request: Sendable, Equatable {
        var line: String
        var authorization: String?
        var body: String
    }

    private let channel: any Channel
    private let contents: Contents

    /// What the server's handlers share.
    final class Contents: Sendable {
        private let state: Mutex<(requests: [Request], answer: @Sendable (Request) -> UInt?)>

        init(_ answer: @escaping @Sendable (Request) -> UInt?) {
            state = Mutex(([], answer))
        }

        var requests: [Request] { state.withLock { $0.requests } }

        func note(_ request: Request) -> UInt? {
            state.withLock {
                $0.requests.append(request)
                return $0.answer(request)
            }
        }
    }

    /// A server that gives each request the status that `answer` says; `nil`: it never answers.
    init(_ answer: @escaping @Sendable (Request) -> UInt?) async throws {
        let contents = Contents(answer)
        self.contents = contents
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(StubHandler(contents))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    var requests: [Request] { contents.requests }

    func close() async throws {
        try await channel.close()
    }
}

private final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let contents: BrokerStub.Contents
    private var request = BrokerStub.Request(line: "", body: "")

    init(_ contents: BrokerStub.Contents) {
        self.contents = contents
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request = .init(
                line: "\(head.method.rawValue) \(head.uri)", authorization: head.headers.first(name: "authorization"), body: "")
        case .body(let buffer): request.body += String(buffer: buffer)
        case .end:
            guard let status = contents.note(request) else { return }
            let head = HTTPResponseHead(
                version: .http1_1, status: .init(statusCode: Int(status)), headers: status == 204 ? [:] : ["content-length": "12"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if status != 204 { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "{\"error\":\"\"}")))), promise: nil) }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
