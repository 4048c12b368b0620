import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
import Testing

private let node = UUID(uuidString: "5a222a24-ed1d-42dc-83d1-770c3ad7d001")
private let other = UUID(uuidString: "5a222a24-ed1d-42dc-83d1-770c3ad7d002")

@Suite struct CommandAuthenticatorTests {
    private func signed() throws -> (CommandAuthenticator, Delivery) {
        let node = try #require(node)
        let key = try MasterKey(bytes: Array(0..<32)).commandKey(of: node)
        let authenticator = CommandAuthenticator(key: key)
        let headers = CommandHeaders(
            runID: Identifiers.run(of: node, on: node), nodeID: node, attempt: 1, expires: Timestamp(seconds: 100), owner: "worker-1",
            epoch: 0)
        let body = Array(#"{"instanceId":"x"}"#.utf8)
        let code = authenticator.code(name: RunExecute.name, headers: headers, body: .init(of: body))
        let delivery = Delivery(
            tag: 1, queue: Queues.node(node), id: nil, type: RunExecute.name, headers: headers.messageHeaders(instance: node, code: code),
            body: body)
        return (authenticator, delivery)
    }

    @Test func aSignedCommandIsAccepted() throws {
        let (authenticator, delivery) = try signed()
        #expect(try authenticator.check(delivery).owner == "worker-1")
    }

    @Test func aKeySurvivesItsText() throws {
        let (_, delivery) = try signed()
        let key = try MasterKey(bytes: Array(0..<32)).commandKey(of: try #require(node))
        #expect(throws: Never.self) { try CommandAuthenticator(key: CommandKey(hex: key.hex)).check(delivery) }
        for text in ["", "00", String(key.hex.dropLast()), key.hex + "00", String(repeating: "x", count: 64)] {
            #expect(throws: InvalidKey.self) { try CommandKey(hex: text) }
        }
    }

    @Test(arguments: [
        HeaderName.run, HeaderName.node, HeaderName.attempt, HeaderName.expires, HeaderName.owner, HeaderName.epoch,
        HeaderName.authentication,
    ])
    func aCommandWithoutAHeaderIsRefused(_ name: String) throws {
        var (authenticator, delivery) = try signed()
        delivery.headers[name] = nil
        let error = #expect(throws: InvalidCommand.self) { try authenticator.check(delivery) }
        #expect(error?.reason.contains(name) == true)
    }

    @Test func anAlteredCommandIsRefused() throws {
        let (authenticator, delivery) = try signed()
        var altered: [Delivery] = []
        var copy = delivery
        copy.body.append(32)
        altered.append(copy)
        copy = delivery
        copy.type = RunCancel.name
        altered.append(copy)
        for (name, value) in [
            (HeaderName.expires, MessageHeaders.Value.string("2030-01-01T00:00:00Z")), (HeaderName.attempt, .int(2)),
            (HeaderName.epoch, .int(1)),
            (HeaderName.owner, .string("worker-2")), (HeaderName.authentication, .string(String(repeating: "0", count: 64))),
        ] {
            copy = delivery
            copy.headers[name] = value
            altered.append(copy)
        }
        for delivery in altered { #expect(throws: InvalidCommand.self) { try authenticator.check(delivery) } }
    }

    @Test func anotherNodesKeyDoesNotFit() throws {
        let (_, delivery) = try signed()
        let key = try MasterKey(bytes: Array(0..<32)).commandKey(of: try #require(other))
        #expect(throws: InvalidCommand.self) { try CommandAuthenticator(key: key).check(delivery) }
    }
}
