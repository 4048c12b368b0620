import FoundationEssentials
import Testing

@testable import JobModel

@Suite struct IdentifiersTests {
    /// RFC 9562, appendix A.4: the DNS namespace and the name `www.example.com`.
    @Test func theStandardsExampleComesOut() throws {
        let namespace = try #require(UUID(uuidString: "6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
        let id = Identifiers.version5(namespace: namespace, name: Array("www.example.com".utf8))
        #expect(id.uuidString.lowercased() == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }

    @Test func theSameThingHasTheSameNameAndAnotherHasAnother() throws {
        let job = try #require(UUID(uuidString: "5a222a24-ed1d-42dc-83d1-770c3ad7d001"))
        let first = Identifiers.instance(of: job, scheduledAt: Timestamp(seconds: 1))
        #expect(first == Identifiers.instance(of: job, scheduledAt: Timestamp(seconds: 1)))
        #expect(first != Identifiers.instance(of: job, scheduledAt: Timestamp(seconds: 2)))
        #expect(Identifiers.command(of: first, attempt: 1) != Identifiers.command(of: first, attempt: 2))
    }
}
