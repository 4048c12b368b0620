import Glibc
import Synchronization

/// Ports for the processes of a stack.
///
/// They are below the range that the kernel takes the ports of outgoing connections from: a service that is killed finds its port free when it
/// starts again, however many connections there are meanwhile.
enum Ports {
    private static let given = Mutex<Set<UInt16>>([])

    /// A port of the loopback interface that nobody has.
    static func next() throws -> Int {
        for _ in 0..<1000 {
            let port = UInt16.random(in: 20_000..<32_000)
            guard given.withLock({ $0.insert(port).inserted }), isFree(port) else { continue }
            return Int(port)
        }
        throw Trouble("no free port between 20000 and 32000 was found")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(made) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port.bigEndian)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(made, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
        }
    }
}
