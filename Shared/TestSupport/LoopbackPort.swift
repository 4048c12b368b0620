import Glibc

/// Ports of the loopback interface.
enum LoopbackPort {
    /// The address 127.0.0.1 with `port`.
    static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    /// A TCP socket that children do not inherit.
    static func socket() throws -> Int32 {
        let made = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard made >= 0 else { throw TestSupportError("no socket: \(String(cString: strerror(errno)))") }
        return made
    }

    /// Binds to `port`, or to any free one for 0, and returns the port.
    static func bind(_ socket: Int32, port: Int = 0) throws -> Int {
        var address = address(port)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(socket, $0, size) }
        }
        var actual = sockaddr_in()
        var length = size
        let named = withUnsafeMutablePointer(to: &actual) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        guard bound == 0, named == 0 else { throw TestSupportError("no port: \(String(cString: strerror(errno)))") }
        return Int(UInt16(bigEndian: actual.sin_port))
    }

    /// Connects to `port`; false when nobody listens.
    static func connect(_ socket: Int32, port: Int) -> Bool {
        var address = address(port)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// `count` different ports that were free a moment ago.
    static func free(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        return try (0..<count).map { _ in
            let made = try socket()
            sockets.append(made)
            return try bind(made)
        }
    }
}

/// What a test's surroundings could not do.
public struct TestSupportError: Error, CustomStringConvertible {
    /// What, and why.
    public let description: String

    init(_ description: String) { self.description = description }
}
