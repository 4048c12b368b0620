import FoundationEssentials
import JobModel
import Messages
import Testing

@testable import RunnerCore

/// Sensitive values are recognised and taken out of what is told.
@Suite struct SecretsTests {
    private let secrets = Secrets(["hunter2", "", "hunter22"])

    private func texts(_ output: AttemptOutput, isOver: Bool, hiding secrets: Secrets) -> String {
        let mask = SecretMask(secrets)
        if isOver { output.mask(mask) }
        let chunks = isOver ? output.takeLastChunks(step: 1, attempt: 1) : output.takeChunks(step: 1, attempt: 1, hiding: mask)
        return String(decoding: chunks.flatMap(\.bytes), as: UTF8.self)
    }

    @Test func whatHoldsASecretIsSecret() {
        var result = AttemptResult.failure("the key sesame-1 was not taken, nor sesame")
        result.outputs = InputValues(["url": "http://u:sesame@h", "host": "h", "empty": ""], sensitive: [])
        result.hide(Secrets(["sesame", "", "sesame-1"]))
        #expect(result.reason == "the key *** was not taken, nor ***")
        #expect(result.outputs == InputValues(["url": "http://u:sesame@h", "host": "h", "empty": ""], sensitive: ["url"]))
    }

    @Test func secretsAreMaskedInPlace() {
        let output = AttemptOutput()
        output.append("password=hunter2 hunter22 hunter", to: .stdout)
        #expect(texts(output, isOver: true, hiding: secrets) == "password=******* ******** hunter")
    }

    @Test(arguments: [
        (#"{"key":"a\"b\\c\nd"}"#, #"{"key":"**********"}"#), ("?key=a%22b%5Cc%0Ad&x", "?key=*************&x"),
        ("Basic YSJiXGMKZA==", "Basic ************"), ("a\"b\\c\nd", "*******"),
    ])
    func otherWritingsOfASecretAreMasked(text: String, masked: String) {
        let output = AttemptOutput()
        output.append(text, to: .stderr)
        #expect(texts(output, isOver: true, hiding: Secrets(["a\"b\\c\nd"])) == masked)
    }

    @Test func aLineOfASecretIsMasked() {
        let output = AttemptOutput()
        output.append("  MIIEowIBAAKC\n  tail\n", to: .stdout)
        #expect(texts(output, isOver: true, hiding: Secrets(["-----BEGIN KEY-----\nMIIEowIBAAKC\ntail\n"])) == "  ************\n  tail\n")
    }

    /// Whatever the pieces in which a step writes, and whenever they are looked at, no secret is cut in two.
    @Test(arguments: 1...20) func aSecretThatComesInPiecesIsMasked(size: Int) {
        let text = "before hunter2 between hunter22hunter2 after\n"
        let output = AttemptOutput()
        var shown = ""
        var rest = Substring(text)
        while !rest.isEmpty {
            output.append(String(rest.prefix(size)), to: .stdout)
            rest = rest.dropFirst(size)
            shown += texts(output, isOver: false, hiding: secrets)
        }
        shown += texts(output, isOver: true, hiding: secrets)
        #expect(shown == "before ******* between *************** after\n")
    }

    /// Of a long output head and tail are kept: the gap may lie within a secret.
    @Test(arguments: 0...16) func aSecretThatTheGapHasCutIsMasked(place: Int) {
        let (secret, cap) = ("c4n4ry-secret", 64)
        // The head is 32 bytes long and ends `place` bytes into the secret; the tail begins as far from the secret's end.
        let head = String(repeating: ".", count: max(cap / 2 - place, 0)) + secret
        let tail = secret + String(repeating: ".", count: max(cap / 2 - place, 0))
        let output = AttemptOutput(cap: cap)
        output.append(head + String(repeating: "-", count: 500) + tail, to: .stdout)
        let shown = texts(output, isOver: true, hiding: Secrets([secret]))
        #expect(shown.utf8.count == cap)
        #expect(shown.allSatisfy { ".-*".contains($0) }, "\(shown)")
    }

    @Test func secretsOfOneStepAreHiddenInTheOthers() async throws {
        let bench = try await ServiceBench()
        bench.options.outputInterval = .milliseconds(10)
        try bench.start()
        await bench.send(
            bench.command([
                Build.step(
                    "one", ["echo $COURIER_INPUT_password > kept"], inputs: ["password": "canary-one"],
                    expected: ["password": ExpectedInput(sensitive: true)]),
                Build.step("two", ["printf 'it is '; head -c 5 kept; sleep 0.1; tail -c +6 kept; cat kept >&2; exit 1"]),
            ]))
        let run = try await bench.run()
        #expect(run.text(step: 2) == "it is **********\n")
        #expect(run.text(step: 2, .stderr) == "**********\n")
        await bench.end()
    }
}
