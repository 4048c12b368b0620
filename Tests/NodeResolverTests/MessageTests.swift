import JSON
import Messages
import Testing

@testable import NodeResolverCore

@Suite struct MessageTests {
    private func check<Body: Message & Equatable>(_ message: Body) throws {
        #expect(try Body(json: message.encoded()) == message, "\(Body.name)")
        #expect(throws: JSONError.self, "\(Body.name) reads an empty object") { try Body(json: Array("{}".utf8)) }
        var extended = message.encoded()
        extended.insert(contentsOf: Array(#""future":[1],"#.utf8), at: 1)
        #expect(try Body(json: extended) == message, "\(Body.name) stumbles over a field it does not know")
    }

    @Test func questionsSurviveTheirBytes() throws {
        try check(EnrolmentKeyCreate(keyName: "a", uses: 3, expiresAt: start))
        try check(EnrolmentKeyCreate(keyName: "a"))
        try check(EnrolmentKeyList(page: .init(page: 2, itemsPerPage: 9)))
        try check(EnrolmentKeyDelete(keyName: "a"))
        try check(NodeArchive(nodeID: id(1)))
        try check(NodeDelete(nodeID: id(1)))
    }

    @Test func aKeyIsAskedForAsTheAPIIs() throws {
        let body = Array(#"{"name":"fleet","uses":null}"#.utf8)
        #expect(try EnrolmentKeyCreate(json: body) == EnrolmentKeyCreate(keyName: "fleet"))
    }
}
