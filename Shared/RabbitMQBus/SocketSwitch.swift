import Glibc
import Synchronization

/// Ends a connection from outside its thread, even while that thread is stuck in a write.
final class SocketSwitch: Sendable {
    private struct State {
        var socket: Int32?
        var isOff = false
    }

    private let state = Mutex(State())

    /// Remembers the socket while it is open.
    func set(_ socket: Int32?) {
        state.withLock { state in
            state.socket = socket
            if state.isOff, let socket { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// Shuts the socket down, and every later one.
    func turnOff() {
        state.withLock { state in
            state.isOff = true
            if let socket = state.socket { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }
}
