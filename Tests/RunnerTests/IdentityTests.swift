import FoundationEssentials
import Glibc
import JSON
import JobModel
import Logging
import Messages
import Synchronization
import TestSupport
import Testing

@testable import RunnerCore

@Suite(.timeLimit(.minutes(1))) struct IdentityTests {
    private func node() throws -> EnrolledNode {
        EnrolledNode(
            nodeID: Build.node, brokerURL: "amqp://127.0.0.1:5672/courier", user: "node-1", password: "p\"w",
            commandKey: try Build.masterKey().commandKey(of: Build.node).hex)
    }

    private func write(_ text: String, to path: String, mode: mode_t = 0o600) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        chmod(path, mode)
    }

    @Test func whatIsSavedIsLoaded() throws {
        let directory = try TemporaryDirectory()
        let identity = RunnerIdentity(directory: "\(directory.path)/data")
        #expect(try identity.load() == nil)
        try identity.save(try node())
        var other = try node()
        other.user = "node-2"
        try identity.save(other)
        #expect(try identity.load() == other)
        var status = stat()
        #expect(stat(identity.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: identity.directory) == [RunnerIdentity.fileName])
    }

    @Test(arguments: [
        ("", "", "enrol the node again"), ("{", "", "enrol the node again"), ("[]", "an object", "enrol the node again"),
        (#"{"nodeId":"x"}"#, "", "enrol the node again"), (#"{"version":2}"#, "version 1", "release"),
        (
            #"{"nodeId":"11111111-1111-1111-1111-111111111111","brokerUrl":"a","user":"u","password":"p","commandKey":"12"}"#,
            "64 hexadecimal digits", "enrol the node again"
        ),
    ]) func aDamagedFileIsAnErrorThatSaysWhatToDo(text: String, expected: String, advice: String) throws {
        let directory = try TemporaryDirectory()
        let identity = RunnerIdentity(directory: directory.path)
        try write(text, to: identity.path)
        let error = try #require(throws: IdentityError.self) { try identity.load() }
        #expect(error.file == identity.path)
        #expect(expected.isEmpty || error.expected.contains(expected))
        #expect(error.advice.contains(advice))
        #expect(!error.found.isEmpty)
    }

    @Test func everyPrefixOfTheFileIsRefused() throws {
        let directory = try TemporaryDirectory()
        let identity = RunnerIdentity(directory: directory.path)
        try identity.save(try node())
        let whole = try #require(FileManager.default.contents(atPath: identity.path))
        for count in 0..<whole.count - 1 {
            try write(String(decoding: whole.prefix(count), as: UTF8.self), to: identity.path)
            #expect(throws: IdentityError.self) { try identity.load() }
        }
    }

    @Test func aFileThatOthersMayReadIsRefused() throws {
        let directory = try TemporaryDirectory()
        let identity = RunnerIdentity(directory: directory.path)
        try identity.save(try node())
        chmod(identity.path, 0o644)
        let error = try #require(throws: IdentityError.self) { try identity.load() }
        #expect(error.found == "mode 0644")
    }

    @Test func theMachineIsTheSameEveryTimeButNotForAnotherDirectory() throws {
        let (one, two) = (try TemporaryDirectory(), try TemporaryDirectory())
        #expect(MachineID.of(directory: one.path) == MachineID.of(directory: one.path + "/"))
        #expect(MachineID.of(directory: one.path) != MachineID.of(directory: two.path))
        #expect(MachineID.of(directory: one.path).utf8.count == 32)
    }

    // MARK: Enrolment

    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    private let request = NodeEnrol(token: "t", machineID: "m", hostname: "h", attributes: [:])

    /// Enrols with a server that gives `answers` one after the other; `nil` is a server that cannot be reached.
    private func enrol(_ answers: [Enrolment.Answer?], advance: [Int] = []) async throws -> EnrolledNode {
        let time = ManualTime()
        let rest = Mutex(answers[...])
        let enrolment = Enrolment(url: "http://server/", time: time, logger: logger) { url, body in
            #expect(url == "http://server/v1/nodes/enrol")
            #expect(try NodeEnrol(json: body).token == "t")
            guard let answer = rest.withLock({ $0.popFirst() }), let answer else { throw CocoaError(.fileReadUnknown) }
            return answer
        }
        async let node = enrolment.enrol(request)
        for seconds in advance {
            await time.isAwaited(until: time.now + .seconds(seconds))
            time.advance(by: .seconds(seconds))
        }
        return try await node
    }

    @Test func aServerThatIsNotThereYetIsAskedAgain() async throws {
        let body = Array("{\"item\":".utf8) + (try node().encoded()) + Array("}".utf8)
        let found = try await enrol([nil, .init(status: 503, body: []), .init(status: 201, body: body)], advance: [1, 2])
        #expect(found == (try node()))
    }

    @Test(arguments: [
        (403, #"{"title":"Forbidden","detail":"the token is used up"}"#, "the token is used up"), (401, "", "enrolment token"),
        (404, "not json", "Courier server"), (422, #"{"title":"Invalid"}"#, "Invalid"), (201, "{}", "item"),
        (201, "nonsense", "another answer"),
    ]) func aRefusalIsFinal(status: Int, body: String, expected: String) async throws {
        let error = try await #require(throws: EnrolmentError.self) { try await enrol([.init(status: status, body: Array(body.utf8))]) }
        #expect(error.description.contains(expected), "\(error)")
        #expect(error.description.contains("http://server/v1/nodes/enrol"))
    }

    @Test func anAddressThatIsNoneIsFinal() async throws {
        for url in ["nonsense", "ftp://127.0.0.1"] {
            await #expect(throws: EnrolmentError.self) { try await Enrolment(url: url, logger: logger).enrol(request) }
        }
    }
}
