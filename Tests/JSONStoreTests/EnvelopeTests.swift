import Testing

@testable import JSONStore

struct EnvelopeTests {
    private func line(_ sequence: UInt64, _ body: String, _ kind: Envelope.Kind = .record, startsWrite: Bool = false) -> [UInt8] {
        var buffer: [UInt8] = []
        Envelope.append(kind, sequence: sequence, startsWrite: startsWrite, body: Array(body.utf8), to: &buffer)
        return buffer
    }

    private func parse(_ line: some Sequence<UInt8>) -> Result<Envelope.Line, Envelope.Defect> {
        Array(line).withUnsafeBytes { Envelope.parse($0) }
    }

    @Test func hasTheDocumentedForm() {
        #expect(text(line(17, "{\"a\":1}")) == "{\"c\":\"96d2f173\",\"n\":17,\"r\":{\"a\":1}}\n")
        #expect(text(line(0, "2", .header, startsWrite: true)).hasSuffix("\",\"n\":0,\"s\":1,\"h\":2}\n"))
    }

    @Test(arguments: [Envelope.Kind.header, .record, .end], [0, 9, 10, 1_234_567_890, UInt64.max])
    func readsBackWhatItWrites(kind: Envelope.Kind, sequence: UInt64) throws {
        for startsWrite in [false, true] {
            for body in ["1", "{\"s\":1,\"r\":[]}", "\"é\""] {
                let whole = line(sequence, body, kind, startsWrite: startsWrite)
                let parsed = try parse(whole.dropLast()).get()
                #expect(parsed.kind == kind && parsed.sequence == sequence && parsed.startsWrite == startsWrite)
                #expect(text(Array(whole[parsed.body])) == body)
            }
        }
    }

    @Test func refusesEveryChangedBit() {
        let whole = line(105, "{\"name\":\"x\",\"list\":[1,2,3]}", startsWrite: true).dropLast()
        for place in whole.indices {
            for bit in 0..<8 {
                var changed = whole
                changed[place] ^= 1 << bit
                #expect(throws: Envelope.Defect.self) { try parse(changed).get() }
            }
        }
    }

    @Test func refusesEveryShorterAndLongerLine() {
        let whole = line(7, "[1,2]").dropLast()
        for length in 0..<whole.count { #expect(throws: Envelope.Defect.self) { try parse(whole.prefix(length)).get() } }
        #expect(throws: Envelope.Defect.self) { try parse(whole + [UInt8(ascii: "}")]).get() }
    }

    /// Right by its checksum, and yet not a line that is ever written.
    @Test(arguments: [
        "\"n\":07,\"r\":1}", "\"n\":,\"r\":1}", "\"n\":18446744073709551616,\"r\":1}", "\"n\":7,\"x\":1}", "\"n\":7,\"r\":}", "\"n\":7}",
        "\"n\":7,\"r\":1", "\"n\":-7,\"r\":1}", "\"n\":7,\"s\":2,\"r\":1}", "\"m\":7,\"r\":1}",
    ])
    func refusesOtherForms(rest: String) {
        let crc = Array(rest.utf8).withUnsafeBytes { CRC32C.checksum($0) }
        var digits = [UInt8](repeating: 0, count: 8)
        Envelope.write(hexadecimal: crc, to: &digits, at: 0)
        #expect(parse("{\"c\":\"\(text(digits))\",\(rest)".utf8) == .failure(.form))
    }

    @Test func knowsAWholeLineThatGoesOnWrongly() {
        let whole = line(7, "{\"a\":{}}").dropLast()
        let next = line(8, "2")
        for junk in [[0x0B], [0x4A] + next, Array(next.prefix(4))] as [[UInt8]] {
            #expect(Array(whole + junk).withUnsafeBytes { Envelope.beginsWithWholeLine($0) })
        }
        for length in 0...whole.count {
            #expect(!Array(whole.prefix(length)).withUnsafeBytes { Envelope.beginsWithWholeLine($0) })
        }
    }
}
