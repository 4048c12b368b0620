import AsyncHTTPClient
import FoundationEssentials
import Hummingbird
import JSON
import JSONStore
import JobModel
import Logging
import MessageBus
import Messages
import NIOCore
import NIOHTTP1
import ServiceKit
import Synchronization
import Testing

@testable import CollectorCore
@testable import TemplateAPICore

let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// A collector with its engine and queries, over a store and a broker in memory.
final class Collector: Sendable {
    let engine: ServiceEngine<CollectorState>
    let followers: Followers
    let store: InMemoryStore
    private let bus: InMemoryBus
    private let tasks: [Task<Void, any Error>]

    init(_ broker: InMemoryBroker, store: InMemoryStore = InMemoryStore(), directory: String) async throws {
        let bus = InMemoryBus(broker)
        try await bus.declare(CourierTopology.of(.collector))
        let engine = ServiceEngine(CollectorState(), store: store, bus: bus, logger: silent)
        try await engine.recover()
        let archive = InstanceArchive(try await DocumentDirectory.open(directory), logger: silent)
        let followers = Followers(engine, archive: archive, interval: .milliseconds(5))
        let server = CollectorQueries(engine, archive: archive, followers: followers).server(logger: silent)
        (self.bus, self.store, self.engine, self.followers) = (bus, store, engine, followers)
        let archiver = Archiver(engine, archive: archive, metrics: Metrics())
        tasks = [
            Task { try await engine.run() }, Task { try await server.run(on: bus) }, Task { await followers.run() },
            Task { try await archiver.run() },
        ]
    }

    /// Everything in the order it is given, each durable before the next.
    func tell(_ inputs: [CollectorInput]) async throws {
        for input in inputs { try await engine.perform(input) }
    }

    func tell(_ inputs: CollectorInput...) async throws { try await tell(inputs) }

    /// Ends it where it stands: nobody is answered any more.
    func kill() async {
        await bus.close()
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
    }
}

/// A collector, an API behind a real HTTP server, and clients.
final class Stage: Sendable {
    let broker = InMemoryBroker()
    let directory: String
    let limits: EventStream.Limits
    private let current: Mutex<Collector>
    static let token = "courier_a-token-for-tests"

    var collector: Collector { current.withLock { $0 } }

    init(patience: Duration = .milliseconds(300), heartbeat: Duration = .seconds(15)) async throws {
        directory = "/tmp/courier-live-\(UUID().uuidString.lowercased())"
        var limits = EventStream.Limits()
        limits.patience = patience
        limits.heartbeat = heartbeat
        limits.retryDelay = .milliseconds(20)
        self.limits = limits
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        current = Mutex(try await Collector(broker, directory: directory))
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Ends the collector without warning, and starts one on what it had made durable.
    func restartCollector() async throws {
        let old = collector
        await old.kill()
        let new = try await Collector(broker, store: old.store.restarted(), directory: directory)
        current.withLock { $0 = new }
    }

    /// Serves the API on a port of its own while `body` runs, then ends it as a stop does.
    func serve<T: Sendable>(
        maximum: Int = 1000, stallLimit: Duration = .seconds(30), _ body: @escaping @Sendable (Site) async throws -> T
    ) async throws -> T {
        let bus = InMemoryBus(broker)
        try await bus.declare(CourierTopology.shared)
        let engine = ServiceEngine(APIState(), store: InMemoryStore(), bus: bus, logger: silent)
        try await engine.recover()
        _ = try await AdminToken.createFirst(Self.token, in: engine)
        let streams = EventStreams(maximum: maximum, stallLimit: stallLimit, limits: limits)
        let router = APIRouter(engine: engine, bus: bus, logger: silent, streams: streams).router()
        let (ports, started) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { started.yield($0.localAddress?.port ?? 0) }, logger: silent)
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try await application.run()
                return nil
            }
            group.addTask {
                for await port in ports { return try await body(Site(url: "http://127.0.0.1:\(port)", streams: streams)) }
                return nil
            }
            while let result = try await group.next() {
                guard let result else { continue }
                await streams.stop()
                group.cancelAll()
                return result
            }
            throw CancellationError()
        }
    }
}

/// An API that is being served.
struct Site: Sendable {
    let url: String
    let streams: EventStreams
    /// Lets more streams to one server be open than is usual; it is there for as long as the process.
    private static let client = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 400
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Opens a stream.
    func open(_ play: Play, since: Int? = nil, query: String = "", token: String? = Stage.token) async throws -> EventResponse {
        var request = HTTPClientRequest(url: "\(url)/v1/instances/\(play.id.uuidString.lowercased())/events\(query)")
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let since { request.headers.add(name: "Last-Event-ID", value: "\(since)") }
        return EventResponse(response: try await Self.client.execute(request, timeout: .seconds(30)))
    }

    /// Waits until nobody has a stream any more.
    func emptied() async throws {
        while streams.count > 0 { try await Task.sleep(for: .milliseconds(1)) }
    }
}

/// A stream as a client sees it.
struct EventResponse {
    let response: HTTPClientResponse
    private var pieces: HTTPClientResponse.Body.AsyncIterator
    private var waiting: [(name: String, id: Int?, data: JSONValue)] = []
    private var text = ""
    private(set) var comments = 0

    init(response: HTTPClientResponse) {
        self.response = response
        pieces = response.body.makeAsyncIterator()
    }

    var status: UInt { response.status.code }

    /// The next event; `nil` at the end of the stream.
    mutating func next() async throws -> (name: String, id: Int?, data: JSONValue)? {
        while waiting.isEmpty {
            guard let piece = try await piece() else { return nil }
            text += piece
            while let end = text.firstRange(of: "\n\n") {
                try read(text[..<end.lowerBound].split(separator: "\n"))
                text = String(text[end.upperBound...])
            }
        }
        return waiting.removeFirst()
    }

    /// What comes next of the text; `nil` at its end.
    mutating func piece() async throws -> String? { try await pieces.next().map { String(buffer: $0) } }

    private mutating func read(_ lines: [Substring]) throws {
        func value(_ name: String) -> String? { lines.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) } }
        if lines.contains(where: { $0.hasPrefix(":") }) { comments += 1 }
        guard let name = value("event"), let data = value("data") else { return }
        waiting.append((name, value("id").flatMap(Int.init), try JSONValue(json: Array(data.utf8))))
    }

    /// Takes events until `enough` or the end of the stream.
    mutating func take(into told: inout Told, until enough: (Told) -> Bool = { _ in false }) async throws {
        while !enough(told), let event = try await next() { try told.take(event.name, id: event.id, event.data) }
    }
}
