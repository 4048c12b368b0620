import Testing

@testable import CourierCore

@Suite struct SecretTests {
    @Test(arguments: ["table", "json", "yaml"])
    func aNewKeysTokenGoesToAFileOnly(format: String) async throws {
        let directory = try TemporaryDirectory()
        let transport = FakeTransport { _, _ in FakeTransport.answer(201, #"{"item":{"name":"k","token":"s3cret","uses":3}}"#) }
        let outcome = await courier(
            "enrolment-keys", "create", "k", "--uses", "3", "--output-file", "token", "--format", format, directory: directory.path,
            transport: transport)
        #expect(outcome.status == .success)
        #expect(!(outcome.output + outcome.error).contains("s3cret"))
        #expect(try directory.read("token") == "s3cret\n")
        #expect(try directory.permissions("token") == 0o600)
        #expect(transport.seen.first?.body.map { String(decoding: $0, as: UTF8.self) } == #"{"name":"k","uses":3}"#)
    }

    @Test func noKeyIsMadeWhenItsTokenCouldNotBeKept() async throws {
        let directory = try TemporaryDirectory()
        for file in ["missing/token", "."] {
            let transport = FakeTransport { _, _ in FakeTransport.answer(201, "{}") }
            let outcome = await courier(
                "enrolment-keys", "create", "k", "--output-file", file, directory: directory.path, transport: transport)
            #expect(outcome.status == .badInput)
            #expect(transport.seen.isEmpty)
        }
    }
}
