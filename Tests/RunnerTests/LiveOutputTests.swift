import FoundationEssentials
import Glibc
import JobModel
import Messages
import Testing

@testable import RunnerCore

/// Secrets in output that is shown while it is being written.
@Suite struct SecretMaskTests {
    @Test(arguments: [
        ("", 0), ("nothing", 7), ("hunter2", 7), ("xhun", 1), ("xhunter2", 8), ("hunter", 0), ("hunter2h", 7), ("hunter2x", 8),
        ("hunter22", 8), ("hunter2hunter", 7), ("ahunterhun", 7),
    ])
    func whatMayBeginASecretWaits(text: String, count: Int) {
        #expect(SecretMask(["hunter2"]).settledCount(of: Array(text.utf8)) == count)
    }

    @Test(arguments: [
        // A secret that is complete may be the beginning of a longer one.
        (["abc", "abcdef"], "xabc", 1), (["abc", "abcdef"], "abcdef", 6),
        // What waits begins within another secret: all of that waits.
        (["xab", "abcd"], "xab", 0), (["abab"], "abab", 0), ([], "abc", 3), ([""], "abc", 3),
    ])
    func secretsThatOverlapWaitForEachOther(secrets: [String], text: String, count: Int) {
        #expect(SecretMask(secrets).settledCount(of: Array(text.utf8)) == count)
    }

    /// However the output is cut, it is masked as if it had come at once.
    @Test(arguments: 0..<200) func cutsShowNothing(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func text(_ lengths: ClosedRange<Int>) -> String {
            String((0..<Int.random(in: lengths, using: &random)).map { _ in ["a", "b", "ä"].randomElement(using: &random) ?? "a" })
        }
        let secrets = SecretMask((0..<Int.random(in: 1...3, using: &random)).map { _ in text(1...4) })
        let whole = Array(text(0...60).utf8)
        var expected = whole
        secrets.mask(&expected, expected.indices)
        var capture = OutputCapture(cap: 1000)
        var shown: [UInt8] = []
        var rest = whole[...]
        while !rest.isEmpty {
            let part = rest.prefix(Int.random(in: 1...8, using: &random))
            rest = rest.dropFirst(part.count)
            capture.append(Array(part))
            for piece in capture.takeSettledPieces(hiding: secrets, limit: 16) {
                #expect(piece.offset == shown.count)
                shown += piece.bytes
            }
        }
        capture.mask(secrets)
        for piece in capture.takePieces(isOver: true, limit: 16) {
            #expect(piece.offset == shown.count)
            shown += piece.bytes
        }
        #expect(shown == expected)
    }
}

/// Reports while steps run, with real processes.
@Suite(.timeLimit(.minutes(1))) struct LiveOutputTests {
    /// A step that writes the next of `texts` each time the next gate is opened. Each has its own: a gate that is being shut would let through who
    /// comes back.
    private func step(_ texts: [String], secret: String? = nil) -> Step {
        let gates = (1..<texts.count).map { "gate\($0)" }
        let lines =
            ["mkfifo \(gates.joined(separator: " "))", "printf '\(texts[0])'"]
            + zip(gates, texts.dropFirst()).flatMap { ["read x < \($0)", "printf '\($1)'"] }
        return Build.step(
            "slow", [lines.joined(separator: "; ")], inputs: secret.map { ["password": $0] } ?? [:],
            expected: secret == nil ? [:] : ["password": ExpectedInput(sensitive: true)])
    }

    private func open(_ gate: Int, _ bench: ServiceBench) async {
        let path = "\(bench.directory.path)/gate\(gate)"
        await offPool { _ = try? Data("\n".utf8).write(to: URL(filePath: path)) }
    }

    @Test func linesAreReportedWhileTheStepRuns() async throws {
        let bench = try await ServiceBench()
        bench.options.outputInterval = .milliseconds(5)
        try bench.start()
        await bench.send(bench.command([step(["one\\n", "two\\n", "three\\n"])]))
        for (gate, text) in [(1, "one\n"), (2, "one\ntwo\n")] {
            let run = try await bench.run { $0.text() == text }
            #expect(run.status == .running && run.steps[1]?.status == .running)
            await open(gate, bench)
        }
        let run = try await bench.run()
        #expect(run.status == .success && run.text() == "one\ntwo\nthree\n")
        #expect(run.output.map(\.offset) == [0, 4, 8])
        await bench.end()
    }

    @Test func aSecretInTwoPartsIsNotShown() async throws {
        let bench = try await ServiceBench()
        bench.options.outputInterval = .milliseconds(5)
        try bench.start()
        await bench.send(bench.command([step(["user:hun", "ter2 bye hunt\\n"], secret: "hunter2")]))
        let first = try await bench.run { !$0.output.isEmpty }
        #expect(first.text() == "user:")
        await open(1, bench)
        let run = try await bench.run()
        #expect(run.text() == "user:******* bye hunt\n")
        await bench.end()
    }

    /// A step that is over before its output is due says everything in one message.
    @Test func aShortStepCostsOneReport() async throws {
        let bench = try await ServiceBench()
        bench.options.outputInterval = .seconds(3600)
        try bench.start()
        await bench.send(bench.command([Build.step("short", ["echo one; echo two"])]))
        let run = try await bench.run()
        #expect(run.text() == "one\ntwo\n" && run.output.count == 1)
        #expect(bench.reportCount() <= 3, "that it was received and that it runs, unless that came with the end; and the end")
        await bench.end()
    }
}
