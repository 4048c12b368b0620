import FoundationEssentials
import HTTPTypes
import JSON
import Messages
import ServiceKit
import TemplateAPICore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct AuthenticationTests {
    @Test(arguments: [
        (nil, "Bearer realm=\"courier\""),
        ("Bearer wrong", "Bearer realm=\"courier\", error=\"invalid_token\""),
        ("Bearer", "Bearer realm=\"courier\", error=\"invalid_request\""),
        ("Basic dXNlcjpwYXNz", "Bearer realm=\"courier\", error=\"invalid_request\""),
        ("Bearer \(Bench.token) more", "Bearer realm=\"courier\", error=\"invalid_request\""),
        ("Bearer \(Bench.token.dropLast())", "Bearer realm=\"courier\", error=\"invalid_token\""),
    ])
    func withoutAValidTokenNothingIsAnswered(header: String?, challenge: String) async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            for (method, path) in [(HTTPRequest.Method.get, "/v1/jobs"), (.post, "/v1/jobs"), (.get, "/v1/nodes"), (.get, "/v1/instances")]
            {
                let headers: HTTPFields = header.map { [.authorization: $0] } ?? [:]
                let answer = try await client.send(method, path, Template.immediate, token: nil, headers: headers)
                #expect(answer.status == 401 && answer.isProblem, "\(path)")
                #expect(answer.headers[.wwwAuthenticate] == challenge)
            }
            #expect(await bench.engine.read { $0.jobCount } == 0)
        }
    }

    @Test func theSchemeMayBeWrittenInAnyCase() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.send(.get, "/v1/jobs", token: nil, headers: [.authorization: "bearer \(Bench.token)"])
            #expect(answer.status == 200)
        }
    }

    @Test func theAdminTokenIsMadeOnceAndKeptAsAHashOnly() async throws {
        let bench = try await Bench()
        #expect(try await AdminToken.createFirst(APIToken.draw(), in: bench.engine) == false)
        let tokens = await bench.engine.read { $0.tokens }
        #expect(tokens.map(\.name) == ["admin"])
        #expect(tokens.first?.hash == SHA256Hash(of: Bench.token))
        #expect(!String(decoding: APIEvent.token(tokens[0]).encoded(), as: UTF8.self).contains(Bench.token))
    }

    @Test func aRegisteredTokenReplacesOneOfItsName() async throws {
        let bench = try await Bench()
        try await AdminToken.register("another", in: bench.engine)
        try await AdminToken.register("for-ci", as: "ci", in: bench.engine)
        try await bench.serve { (client: Client) async throws in
            #expect(try await client.send(.get, "/v1/jobs").status == 401)
            #expect(try await client.send(.get, "/v1/jobs", token: "another").status == 200)
            #expect(try await client.send(.post, "/v1/jobs", Template.immediate, token: "for-ci").status == 201)
        }
        #expect(await bench.engine.read { $0.auditLog.last?.actor } == "ci")
    }

    @Test func drawnTokensAreLongAndDiffer() {
        let tokens = Set((0..<100).map { _ in APIToken.draw() })
        #expect(tokens.count == 100)
        #expect(tokens.allSatisfy { $0.hasPrefix("courier_") && $0.utf8.count == 51 })
    }

    @Test func hashesCompareByEveryByte() throws {
        let hash = SHA256Hash(of: "abc")
        #expect(hash.hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(try #require(SHA256Hash(hexadecimal: hash.hexadecimal)).matches(hash))
        for place in [0, 31, 63] {
            var digits = Array(hash.hexadecimal.utf8)
            digits[place] = digits[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            let other = try #require(SHA256Hash(hexadecimal: String(decoding: digits, as: UTF8.self)))
            #expect(!hash.matches(other))
        }
        #expect(SHA256Hash(hexadecimal: "ba78") == nil)
        #expect(SHA256Hash(hexadecimal: String(repeating: "g", count: 64)) == nil)
    }
}
