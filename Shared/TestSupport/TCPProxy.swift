import Glibc
import Synchronization

/// A relay on the loopback interface that can cut connections anywhere, also within a frame.
public final class TCPProxy: Sendable {
    /// Which way bytes flow.
    public enum Direction: Sendable, Hashable {
        /// From the client to the server.
        case toServer
        /// From the server to the client.
        case toClient
    }

    private struct State {
        var budget: [Direction: Int] = [:]
        var sockets: Set<Int32> = []
        var cuts = 0
        var isStopped = false
    }

    /// Where clients connect to.
    public let port: Int
    private let target: Int
    private let listener: Int32
    private let state = Mutex(State())

    /// Relays to `port` of the loopback interface until ``stop()``.
    public init(to port: Int) throws {
        target = port
        listener = try LoopbackPort.socket()
        self.port = try LoopbackPort.bind(listener)
        guard listen(listener, 64) == 0 else { throw TestSupportError("cannot listen: \(String(cString: strerror(errno)))") }
        let proxy = self
        guard startDetachedThread({ proxy.acceptLoop() }) else { throw TestSupportError("no thread") }
    }

    /// How many connections were cut.
    public var cuts: Int { state.withLock { $0.cuts } }

    /// Lets `bytes` more bytes pass in `direction`, on all connections together, and then cuts the connection that sends the next one.
    public func cut(_ direction: Direction, after bytes: Int) {
        state.withLock { $0.budget[direction] = bytes }
    }

    /// Cuts all connections now.
    public func cutAll() {
        state.withLock { state in
            state.cuts += state.sockets.count / 2
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// Cuts everything and takes no more connections.
    public func stop() {
        state.withLock { state in
            state.isStopped = true
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func acceptLoop() {
        defer { close(listener) }
        while true {
            let client = accept(listener, nil, nil)
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            if state.withLock({ $0.isStopped }) || client < 0 {
                if client >= 0 { close(client) }
                return
            }
            guard let server = try? LoopbackPort.socket() else {
                close(client)
                continue
            }
            guard LoopbackPort.connect(server, port: target) else {
                close(client)
                close(server)
                continue
            }
            if !startDetachedThread({ self.relay(client, server) }) {
                close(client)
                close(server)
            }
        }
    }

    /// Relays both ways until one side ends or the cut comes.
    private func relay(_ client: Int32, _ server: Int32) {
        state.withLock { state in
            state.sockets.formUnion([client, server])
            if state.isStopped { shutdown(client, Int32(SHUT_RDWR)) }
        }
        defer {
            state.withLock { state in
                state.sockets.subtract([client, server])
                for socket in [client, server] {
                    // A child started meanwhile may hold a copy: closing alone would not tell the peer.
                    shutdown(socket, Int32(SHUT_RDWR))
                    close(socket)
                }
            }
        }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            var descriptors = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&descriptors, 2, -1) > 0 || errno == EINTR else { return }
            if descriptors[0].revents != 0, !pass(client, server, .toServer, &buffer) { return }
            if descriptors[1].revents != 0, !pass(server, client, .toClient, &buffer) { return }
        }
    }

    private func pass(_ source: Int32, _ sink: Int32, _ direction: Direction, _ buffer: inout [UInt8]) -> Bool {
        let count = recv(source, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        let (allowed, isCut) = state.withLock { state -> (Int, Bool) in
            guard let budget = state.budget[direction] else { return (count, false) }
            if count <= budget {
                state.budget[direction] = budget - count
                return (count, false)
            }
            state.budget[direction] = nil
            state.cuts += 1
            return (budget, true)
        }
        var sent = 0
        while sent < allowed {
            let step = buffer.withUnsafeBytes { bytes in
                bytes.baseAddress.map { send(sink, $0 + sent, allowed - sent, Int32(MSG_NOSIGNAL)) } ?? -1
            }
            if step <= 0 { return false }
            sent += step
        }
        return !isCut
    }
}
