import FoundationEssentials
import JSON
import Testing

extension EndToEndTests.BadInputTests {
    /// What can be wrong with a store's journal: the line that is named, and what is done to the lines.
    struct Damage: Sendable {
        var what: String
        var line: Int
        var says: String
        var change: @Sendable ([[UInt8]]) -> [[UInt8]]

        static let all: [Damage] = [
            Damage(what: "a flipped bit", line: 2, says: "checksum") { lines in
                var lines = lines
                lines[1][lines[1].count / 2] ^= 1
                return lines
            },
            Damage(what: "a line that is gone", line: 2, says: "number") { lines in
                Array(lines[..<1] + lines[2...])
            },
            Damage(what: "a line twice", line: 3, says: "number") { lines in
                Array(lines[...1] + lines[1...])
            },
            Damage(what: "a line of something else", line: 2, says: "a line like") { lines in
                Array(lines[..<1] + [Array("fixed by hand".utf8)] + lines[2...])
            },
            Damage(what: "a header that is no header", line: 1, says: "expected") { lines in
                Array([Array("{}".utf8)] + lines[1...])
            },
        ]
    }

    private static let journal = "store/journal-000000000001.jsonl"

    @Test func damagedStoresAreRefused() async throws {
        let stack = try #require(Stack.shared)
        try await stack.expectHealth(after: "a good start")
        let names = Stack.services + [stack.workers[0], stack.runners[0]]
        for (index, name) in names.enumerated() {
            let file = "\(stack.data(of: name))/\(Self.journal)"
            try await stack.stop(name)
            let original = try #require(Files.bytes(file))
            let lines = original.split(separator: UInt8(ascii: "\n")).map(Array.init)
            #expect(lines.count > 3, "\(name)")
            // Every service and every kind of damage once; all of each would only take longer.
            for damage in index == 0 || Executables.isLong ? Damage.all : [Damage.all[index % Damage.all.count]] {
                try Files.write(Array(damage.change(lines).joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")], to: file)
                try await expectRefusal(of: name, on: stack, damage.what, says: "\(file):\(damage.line): expected", damage.says)
            }
            try Files.write(original, to: file)
            try await stack.restart(name)
        }
        try await stack.expectHealth(after: "damaged stores")
    }

    @Test func anotherServicesStoreIsRefused() async throws {
        let stack = try #require(Stack.shared)
        let file = "\(stack.data(of: "scheduler"))/\(Self.journal)"
        try await stack.stop("scheduler")
        let original = try #require(Files.bytes(file))
        try Files.write(try #require(Files.bytes("\(stack.data(of: "result-collector"))/\(Self.journal)")), to: file)
        try await expectRefusal(
            of: "scheduler", on: stack, "another service's journal", says: file, "courier.scheduler", "courier.result-collector")
        try Files.write(original, to: file)
        try await stack.restart("scheduler")
        try await stack.expectHealth(after: "another service's store")
    }

    @Test func aTornLastLineIsCutOff() async throws {
        let stack = try #require(Stack.shared)
        let file = "\(stack.data(of: "scheduler"))/\(Self.journal)"
        try await stack.kill("scheduler")
        let original = try #require(Files.bytes(file))
        try Files.write(original + Array(#"{"c":"0123"#.utf8), to: file)
        try await stack.restart("scheduler")
        #expect(Files.bytes(file)?.starts(with: original) == true)
        #expect(stack.log(of: "scheduler").contains("repaired"))
        try await stack.expectHealth(after: "a torn line")
    }

    @Test func aDamagedInstanceFileIsAProblemOfThatInstanceAlone() async throws {
        let stack = try #require(Stack.shared)
        let job = JobRequest("archived", on: stack.nodes, steps: [["echo fine"]])
        let (damaged, whole) = (try await stack.create(job), try await stack.create(job))
        for id in [damaged, whole] { #expect(try await stack.end(of: id) == "success") }
        let file = "\(stack.data(of: "result-collector"))/instances/\(damaged.text.prefix(2))/\(damaged.text).jsonl"
        try await eventually("the instance's file") { Files.exists(file) }
        var bytes = try #require(Files.bytes(file))
        // In the line of a run: a page of runs reads the lines it shows and no other.
        let line = try #require(bytes.indices.first { bytes[$0...].starts(with: #""runId""#.utf8) })
        bytes[line + 10] ^= 1
        try Files.write(bytes, to: file)
        try await stack.stop("result-collector")
        try await stack.restart("result-collector")
        let answer = try await stack.api.send("GET", "/v1/instances/\(damaged.text)/runs")
        #expect(answer.status >= 500 && answer.isProblem && answer.text.contains(damaged.text), "\(answer.text)")
        #expect(try await stack.runs(of: whole).map(\.status) == ["success", "success"])
        try await stack.expectHealth(after: "a damaged instance file")
    }

    private func expectRefusal(of name: String, on stack: Stack, _ what: String, says texts: String...) async throws {
        let before = stack.log(of: name).utf8.count
        try stack.start(name)
        let ending = try await stack.ending(of: name)
        let output = String(stack.log(of: name).utf8.dropFirst(before)) ?? ""
        guard case .exited(let code) = ending else { throw Trouble("\(name) with \(what): \(ending)\n\(output)") }
        #expect(code != 0, "\(name) with \(what): \(output)")
        for text in texts { #expect(output.contains(text), "\(name) with \(what): \(output)") }
    }
}
