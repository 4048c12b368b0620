import FoundationEssentials
import JSON
import JobModel
import Messages
import ServiceKit
import Testing

@testable import NodeResolverCore

@Suite struct EnrolmentTests {
    @Test func aMachineWithAGoodTokenBecomesANode() throws {
        var desk = Desk()
        desk.makeKey(uses: 2)
        #expect(desk.enrol(1) == .enrolled(id(1)))
        let node = try #require(desk.state.nodes[id(1)])
        #expect(node.hostname == "host-1")
        #expect(node.status == .enrolled)
        #expect(node.attributes == ["agent": ["os": "linux"]])
        #expect(node.enrolledAt == start)
        #expect(node.lastCheckInAt == nil)
        #expect(desk.state.keys["fleet"]?.usesLeft == 1)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var token = "token"
        var uses: Int?
        var expiresAfter: Duration?
        var revoke = false
        var later: Duration = .zero
        var reason: String
    }

    @Test(arguments: [
        Refusal(testDescription: "another token", token: "Token", reason: "not known"),
        Refusal(testDescription: "no token", token: "", reason: "not known"),
        Refusal(testDescription: "expired this instant", expiresAfter: .seconds(60), later: .seconds(60), reason: "has expired"),
        Refusal(testDescription: "used up", uses: 1, reason: "as many machines as it may"),
        Refusal(testDescription: "revoked", revoke: true, reason: "was revoked"),
    ])
    func aTokenThatIsNotGoodIsRefusedWithTheReason(_ refusal: Refusal) {
        var desk = Desk()
        desk.makeKey(uses: refusal.uses, expiresAt: refusal.expiresAfter.map { start + $0 })
        if refusal.uses != nil { #expect(desk.enrol(9) == .enrolled(id(9))) }
        if refusal.revoke { desk.tell(.deleteKey("fleet")) }
        desk.now = start + refusal.later
        let nodes = desk.state.nodes
        let reply = desk.enrol(1, token: refusal.token)
        #expect(reply.refusal == 403)
        #expect(reply.reason.contains(refusal.reason), "\(reply.reason)")
        #expect(!reply.reason.contains("token'"))
        #expect(desk.effects.isEmpty)
        #expect(desk.state.nodes == nodes)
    }

    @Test func aKeyIsGoodUntilTheInstantItExpires() {
        var desk = Desk()
        desk.makeKey(expiresAt: start + .seconds(60))
        desk.now = start + .milliseconds(59_999)
        #expect(desk.enrol(1) == .enrolled(id(1)))
    }

    @Test func aKnownMachineKeepsItsNodeAndWhatIsNotTheRunners() throws {
        var desk = Desk.withNodes(1)
        desk.checkIn(1)
        desk.tell(.archive(id(1)))
        desk.now = start + .seconds(3600)
        #expect(desk.enrol(2, as: 1) == .enrolled(id(1)))
        #expect(desk.state.nodes.count == 1)
        let node = try #require(desk.state.nodes[id(1)])
        #expect(node.status == .enrolled)
        #expect(node.enrolledAt == desk.now)
        #expect(node.lastCheckInAt == start)
        #expect(node.skills == ["shell": ["1.0"]])
        #expect(!node.isInService)
    }

    @Test func anEnrolmentWhoseAnswerWasLostTakesNoSecondUse() {
        var desk = Desk()
        desk.makeKey(uses: 1)
        #expect(desk.enrol(1) == .enrolled(id(1)))
        #expect(desk.enrol(2, as: 1) == .enrolled(id(1)))
        #expect(desk.state.keys["fleet"]?.usesLeft == 0)
        #expect(desk.enrol(3).refusal == 403)
    }

    @Test func aUsedUpTokenDoesNotGiveAwayANodeThatIsInService() {
        var desk = Desk()
        desk.makeKey(uses: 1)
        desk.enrol(1)
        desk.now = start + .seconds(1)
        desk.checkIn(1)
        #expect(desk.enrol(2, as: 1).refusal == 403)
        desk.makeKey("second", token: "other", uses: 1)
        #expect(desk.enrol(2, token: "other", as: 1) == .enrolled(id(1)))
        #expect(desk.state.keys["second"]?.usesLeft == 0)
    }

    @Test func aKeyMadeAgainUnderItsNameDoesNotTakeOverWhatTheOldOneGranted() {
        var desk = Desk()
        desk.makeKey(uses: 1)
        desk.enrol(1)
        desk.tell(.deleteKey("fleet"))
        desk.now = start + .seconds(1)
        desk.makeKey(token: "new", uses: 1)
        #expect(desk.enrol(2, token: "new", as: 1) == .enrolled(id(1)))
        #expect(desk.state.keys["fleet"]?.usesLeft == 0)
        #expect(desk.enrol(3).reason.contains("not known"))
    }

    @Test func aDeletedNodesMachineBecomesAnotherNode() {
        var desk = Desk.withNodes(1)
        #expect(desk.tell(.delete(id(1))) == .deleted)
        #expect(desk.state.removals == [id(1)])
        #expect(desk.enrol(2, as: 1) == .enrolled(id(2)))
        #expect(desk.state.removals == [id(1)])
        #expect(desk.tell(.delete(id(1))) == .deleted)
        #expect(desk.effects.isEmpty)
        desk.tell(.accountRemoved(id(1)))
        #expect(desk.state.removals.isEmpty)
        #expect(desk.tell(.delete(id(1))).refusal == 404)
    }

    @Test(arguments: [("", "host", 0), (String(repeating: "m", count: 257), "host", 0), ("m", "", 0), ("m", "host", 70_000)])
    func aMachineThatCannotBeKeptIsRefused(machineID: String, hostname: String, attributeSize: Int) {
        var desk = Desk()
        desk.makeKey()
        let message = NodeEnrol(
            token: "token", machineID: machineID, hostname: hostname,
            attributes: ["note": String(repeating: "x", count: attributeSize)])
        let reply = desk.tell(.enrol(EnrolmentRequest(message, newNodeID: id(1))))
        #expect(reply.refusal == 422)
        #expect(reply.reason.contains("expected"))
        #expect(desk.state.nodes.isEmpty)
    }
}

@Suite struct EnrolmentKeyTests {
    @Test(
        arguments: [
            ("", nil, nil, 422), ("a/b", nil, nil, 422), ("..", nil, nil, 422), (String(repeating: "k", count: 65), nil, nil, 422),
            ("a", 0, nil, 422), ("a", nil, start, 422), ("taken", nil, nil, 409),
        ] as [(String, Int?, Timestamp?, Int)])
    func aKeyThatCannotBeIsRefused(name: String, uses: Int?, expiresAt: Timestamp?, status: Int) {
        var desk = Desk()
        desk.makeKey("taken")
        let reply = desk.tell(
            .createKey(EnrolmentKeyCreate(keyName: name, uses: uses, expiresAt: expiresAt), tokenDigest: String(repeating: "0", count: 64)))
        #expect(reply.refusal == status)
        #expect(desk.state.keys.count == 1)
        #expect(desk.effects.isEmpty)
    }

    @Test func aDeletedKeyStaysKnownAsRevoked() {
        var desk = Desk()
        desk.makeKey()
        desk.tell(.deleteKey("fleet"))
        #expect(desk.state.keys["fleet"]?.status(at: start) == .revoked)
        desk.tell(.deleteKey("fleet"))
        #expect(desk.effects.isEmpty)
        #expect(desk.tell(.deleteKey("other")).refusal == 404)
    }

    @Test func noTokenIsKept() {
        var desk = Desk()
        desk.makeKey(token: "a-secret-token")
        desk.enrol(1, token: "a-secret-token")
        for event in desk.journal { #expect(!String(decoding: event.encoded(), as: UTF8.self).contains("a-secret-token")) }
        #expect(EnrolmentRequest.digest(of: "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
