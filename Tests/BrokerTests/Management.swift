import Glibc
import TestSupport

/// The broker's management API, as far as the tests need it.
struct Management {
    private let port: Int

    init(_ broker: BrokerProcess) { port = Int(broker.managementURL.split(separator: ":").last ?? "") ?? 0 }

    /// Deletes `queue` behind the back of its consumers.
    func delete(queue: String) async throws {
        let port = port
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let thread = Task.detached { try Self.send("DELETE /api/queues/%2F/\(queue)", port: port) }
            Task { continuation.resume(with: await thread.result) }
        }
    }

    /// One request on the loopback interface; short enough for any thread.
    private static func send(_ request: String, port: Int) throws {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(made) }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(made, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Overdue(description: "the management API is not there") }
        // "guest:guest" in base 64.
        let text = "\(request) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\nConnection: close\r\n\r\n"
        let bytes = Array(text.utf8)
        guard Glibc.send(made, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Overdue(description: "the management API takes no request")
        }
        var answer = [UInt8](repeating: 0, count: 4096)
        let count = recv(made, &answer, answer.count, 0)
        let status = String(decoding: answer.prefix(max(0, count)), as: UTF8.self).prefix(12)
        guard status == "HTTP/1.1 204" else { throw Overdue(description: "the management API answers \(status)") }
    }
}
