import Glibc
import Synchronization

/// A private RabbitMQ on free ports of the loopback interface, for tests.
///
/// It has its own data, home, node name and port mapper, and ends with the test process however that ends. Needs Debian's
/// `rabbitmq-server`. User and password are `guest`.
public final class BrokerProcess: Sendable {
    private struct State {
        var broker: GuardedProcess?
        var portMapper: GuardedProcess?
    }

    private static let programs = "/usr/lib/rabbitmq/bin"

    private let files: BrokerFiles
    private let state = Mutex(State())

    /// A broker that is not started yet; with TLS it takes `amqps` connections as well.
    ///
    /// - Throws: ``TestSupportError`` when there is no port, no temporary directory, or no `openssl` for the certificate. Blocks a moment with TLS.
    public init(usesTLS: Bool = false) throws { files = try BrokerFiles(usesTLS: usesTLS) }

    deinit { shutDown() }

    /// The AMQP port.
    public var port: Int { files.port }

    /// Where the broker takes connections.
    public var url: String { "amqp://guest:guest@127.0.0.1:\(files.port)/%2F" }

    /// Where the broker takes TLS connections; `nil` without TLS.
    public var tlsURL: String? { files.tlsPort.map { "amqps://guest:guest@localhost:\($0)/%2F" } }

    /// The authority that signed the broker's certificate, PEM.
    public var certificateAuthorityFile: String { "\(files.directory)/tls/certificate.pem" }

    /// Where the management API is (HTTP, user and password `guest`).
    public var managementURL: String { "http://127.0.0.1:\(files.managementPort)" }

    /// The broker's files: `log`, `data`, `output`.
    public var directory: String { files.directory }

    /// Starts the broker and returns when it takes connections, after about 6 seconds.
    ///
    /// - Throws: ``TestSupportError`` with the broker's last output when it has ended, or is not ready within two minutes.
    public func start() async throws {
        try await Self.blocking { [self] in
            try launch()
            try awaitReadiness()
        }
    }

    /// Kills the broker without warning (SIGKILL), data stay.
    public func kill() async {
        try? await Self.blocking { [self] in
            forgetBroker()
        }
    }

    /// Kills the broker and starts it again on the same ports and data.
    public func restart() async throws {
        await kill()
        try await start()
    }

    /// Ends the broker and removes its files.
    public func stop() async {
        try? await Self.blocking { [self] in shutDown() }
    }

    /// Returns when the quorum queue would survive ``kill()``, about a second after it was declared.
    ///
    /// RabbitMQ 3.10 registers new quorum queues in a file that it writes with a delay; one that is missing there after a crash never has a
    /// leader again, and neither confirms nor delivers.
    ///
    /// - Throws: ``TestSupportError`` when that takes longer than half a minute.
    public func awaitRegistration(ofQuorumQueue queue: String) async throws {
        try await Self.blocking { [files] in
            let end = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < end {
                if files.registerOfQuorumQueues().contains(queue) { return }
                usleep(20_000)
            }
            throw TestSupportError("the broker has not registered \(queue) on disk within half a minute")
        }
    }

    /// Runs `rabbitmqctl` with these arguments on this broker, which takes some seconds.
    ///
    /// - Throws: ``TestSupportError`` with what it printed when it fails or has not ended within a minute.
    public func control(_ arguments: [String]) async throws {
        try await Self.blocking { [files] in
            let output = "\(files.directory)/control"
            let child = try ChildProcess(["\(Self.programs)/rabbitmqctl"] + arguments, environment: files.environment, output: output)
            if child.exitCode(within: .seconds(60)) != 0 {
                throw TestSupportError("rabbitmqctl \(arguments.joined(separator: " ")) failed: \(files.lastText(of: "control"))")
            }
        }
    }

    // MARK: Blocking

    private func launch() throws {
        try state.withLock { state in
            if state.portMapper == nil {
                // The broker would start one that outlives it.
                state.portMapper = try GuardedProcess(
                    ["/usr/bin/epmd", "-address", "127.0.0.1", "-port", "\(files.epmdPort)"], environment: files.environment,
                    output: "/dev/null", directory: files.directory)
            }
            if state.broker == nil {
                state.broker = try GuardedProcess(
                    ["\(Self.programs)/rabbitmq-server"], environment: files.environment, output: "\(files.directory)/output",
                    directory: files.directory)
            }
        }
    }

    private func awaitReadiness() throws {
        let end = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < end {
            if answers() { return }
            if state.withLock({ $0.broker?.hasEnded() ?? true }) {
                forgetBroker()
                throw TestSupportError("the broker ended while it started: \(files.lastText(of: "output"))")
            }
            usleep(50_000)
        }
        throw TestSupportError("the broker was not ready within two minutes: \(files.lastText(of: "output"))")
    }

    /// Whether the broker answers the protocol header with a method frame.
    private func answers() -> Bool {
        guard let socket = try? LoopbackPort.socket() else { return false }
        defer { close(socket) }
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard LoopbackPort.connect(socket, port: files.port) else { return false }
        let header: [UInt8] = Array("AMQP".utf8) + [0, 0, 9, 1]
        guard send(socket, header, header.count, Int32(MSG_NOSIGNAL)) == header.count else { return false }
        var first: UInt8 = 0
        return recv(socket, &first, 1, 0) == 1 && first == 1
    }

    private func forgetBroker() {
        state.withLock { state in
            state.broker?.killGroup()
            state.broker = nil
        }
    }

    private func shutDown() {
        state.withLock { state in
            state.broker?.killGroup()
            state.portMapper?.killGroup()
            state = State()
        }
        files.remove()
    }

    /// Runs `body` on a thread of its own, so that the cooperative pool is not blocked.
    static func blocking(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let started = startDetachedThread { continuation.resume(with: Result { try body() }) }
            if !started { continuation.resume(throwing: TestSupportError("no thread")) }
        }
    }
}

/// Runs `body` on a new thread; false when there is none to be had.
func startDetachedThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let argument = Unmanaged.passRetained(Start(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, argument.toOpaque())
    guard code == 0 else {
        argument.release()
        return false
    }
    pthread_detach(thread)
    return true
}
