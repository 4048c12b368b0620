import FoundationEssentials
import Glibc
import JSON
import JobModel
import Logging
import Messages
import TestSupport
import Testing

@testable import RunnerCore

/// Enrolment over a real connection.
@Suite(.timeLimit(.minutes(1))) struct EnrolmentHTTPTests {
    /// A server on the loopback interface that gives one answer per connection and keeps what it was sent.
    private struct Server: Sendable {
        let listener: Int32
        let port: UInt16

        /// Takes a port; nobody can connect before ``listen()``.
        init() throws {
            listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let listener = listener
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
                }
            }
            try #require(isBound)
            port = UInt16(bigEndian: address.sin_port)
        }

        func listen() {
            Glibc.listen(listener, 8)
        }

        /// Blocks until a request has come and was answered; returns the request.
        func answer(_ status: String, _ body: String) -> String {
            let connection = accept(listener, nil, nil)
            defer { close(connection) }
            var request = ""
            var buffer = [UInt8](repeating: 0, count: 4096)
            while !request.hasSuffix("}") {
                let count = read(connection, &buffer, buffer.count)
                guard count > 0 else { break }
                request += String(decoding: buffer[..<count], as: UTF8.self)
            }
            let answer = "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
            write(connection, answer, answer.utf8.count)
            return request
        }
    }

    @Test func aServerThatComesUpIsFoundAndItsAnswerKept() async throws {
        let server = try Server()
        let time = ManualTime()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let node = EnrolledNode(
            nodeID: Build.node, brokerURL: "amqp://127.0.0.1", user: "u", password: "p",
            commandKey: try Build.masterKey().commandKey(of: Build.node).hex)
        let body = "{\"item\":" + String(decoding: node.encoded(), as: UTF8.self) + "}"
        let enrolment = Enrolment(url: "http://127.0.0.1:\(server.port)", time: time, logger: logger)
        async let found = enrolment.enrol(NodeEnrol(token: "token-1", machineID: "m", hostname: "h", attributes: ["os": "linux"]))
        await time.isAwaited(until: time.now + .seconds(1))
        server.listen()
        async let requests = offPool { [server.answer("503 Service Unavailable", ""), server.answer("201 Created", body)] }
        time.advance(by: .seconds(1))
        await time.isAwaited(until: time.now + .seconds(2))
        time.advance(by: .seconds(2))
        #expect(try await found == node)
        let received = await requests
        #expect(received.allSatisfy { $0.hasPrefix("POST /v1/nodes/enrol HTTP/1.1\r\n") })
        #expect(received.last?.contains("\"token\":\"token-1\"") == true)
        close(server.listener)
    }
}
