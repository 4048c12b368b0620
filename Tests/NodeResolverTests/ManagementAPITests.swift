import AsyncHTTPClient
import FoundationEssentials
import JSON
import Testing

@testable import NodeResolverCore

private let user = "node-00000000-0000-4000-8000-000000000001"

@Suite(.timeLimit(.minutes(1))) struct ManagementAPITests {
    private func accounts(_ stub: BrokerStub, virtualHost: String = "courier", timeout: Duration = .seconds(30)) -> ManagementAPIAccounts {
        var settings = ManagementAPISettings(baseURL: stub.url + "/", user: "admin", password: "s3cret", virtualHost: virtualHost)
        settings.timeout = timeout
        return ManagementAPIAccounts(settings, client: .shared)
    }

    @Test func anAccountMayUseItsOwnQueueAndReport() async throws {
        let stub = try await BrokerStub { $0.line.contains("/users/") ? 201 : 204 }
        let first = try await accounts(stub).createNodeAccount(node: id(1))
        let second = try await accounts(stub, virtualHost: "/").createNodeAccount(node: id(1))
        #expect(first.user == user)
        #expect(first.password.utf8.count == 64)
        #expect(first.password != second.password)
        let requests = stub.requests
        #expect(
            requests.map(\.line) == [
                "PUT /api/users/\(user)", "PUT /api/permissions/courier/\(user)", "PUT /api/users/\(user)",
                "PUT /api/permissions/%2F/\(user)",
            ])
        #expect(requests.allSatisfy { $0.authorization == "Basic YWRtaW46czNjcmV0" })
        #expect(requests[0].body == #"{"password":"\#(first.password)","tags":""}"#)
        let queue = #"^courier\\.node\\.00000000-0000-4000-8000-000000000001$"#
        #expect(requests[1].body == #"{"configure":"\#(queue)","write":"^courier\\.nodes$","read":"\#(queue)"}"#)
        try await stub.close()
    }

    @Test(arguments: [204, 404] as [UInt])
    func removingTakesTheAccountAndTheQueue(status: UInt) async throws {
        let stub = try await BrokerStub { _ in status }
        try await accounts(stub).removeNodeAccount(node: id(1))
        #expect(
            stub.requests.map(\.line) == [
                "DELETE /api/users/\(user)", "DELETE /api/queues/courier/courier.node.00000000-0000-4000-8000-000000000001",
            ])
        try await stub.close()
    }

    @Test(arguments: [(401, "tag administrator"), (404, "virtual host"), (500, "broker's log")] as [(UInt, String)])
    func aRefusalSaysWhatWasAskedAndFound(status: UInt, advice: String) async throws {
        let stub = try await BrokerStub { $0.line.contains("/users/") ? 204 : status }
        let error = try await #require(throws: BrokerAccountError.self) { try await accounts(stub).createNodeAccount(node: id(1)) }
        #expect(error.request == "PUT \(stub.url)/api/permissions/courier/\(user)")
        #expect(error.expected == "status 201 or 204")
        #expect(error.found.hasPrefix("status \(status)"))
        #expect(error.advice.contains(advice))
        #expect(!"\(error)".contains("s3cret"))
        try await stub.close()
    }

    @Test func aBrokerThatDoesNotAnswerIsGivenUp() async throws {
        let stub = try await BrokerStub { _ in nil }
        let error = try await #require(throws: BrokerAccountError.self) {
            try await accounts(stub, timeout: .milliseconds(50)).createNodeAccount(node: id(1))
        }
        #expect(error.found.hasPrefix("no answer"))
        #expect(stub.requests.count == 1)
        try await stub.close()
    }

    @Test func aBrokerThatIsNotThereIsSaid() async throws {
        let stub = try await BrokerStub { _ in 204 }
        try await stub.close()
        let error = try await #require(throws: BrokerAccountError.self) {
            try await accounts(stub, timeout: .milliseconds(200)).removeNodeAccount(node: id(1))
        }
        #expect(error.found.hasPrefix("no answer"))
    }
}
