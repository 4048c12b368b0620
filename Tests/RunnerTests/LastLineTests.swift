import Testing

@testable import RunnerCore

@Suite struct LastLineTests {
    private func split(_ pieces: [String]) -> (passed: String, held: String) {
        var line = LastLine()
        var passed: [UInt8] = []
        for piece in pieces { passed += Array(piece.utf8).withUnsafeBytes { line.append($0) } }
        return (String(decoding: passed, as: UTF8.self), String(decoding: line.bytes, as: UTF8.self))
    }

    @Test(arguments: [
        ("", "", ""), ("a", "", "a"), ("a\n", "", "a\n"), ("a\nb", "a\n", "b"), ("a\nb\n \n", "a\n", "b\n \n"), ("\n\n", "", "\n\n"),
        ("\na", "\n", "a"),
        ("a\n\n\nb\r\n", "a\n\n\n", "b\r\n"),
    ]) func theLastLineIsHeldBackHoweverItComes(text: String, passed: String, held: String) {
        let bytes = Array(text)
        for size in 1...max(bytes.count, 1) {
            let pieces = stride(from: 0, to: bytes.count, by: size).map { String(bytes[$0..<min($0 + size, bytes.count)]) }
            let found = split(pieces)
            #expect(found.passed == passed && found.held == held, "in pieces of \(size): \(found)")
        }
    }

    @Test func aLineThatIsTooLongIsNotKept() {
        var line = LastLine()
        let piece = [UInt8](repeating: 0x61, count: 1 << 18)
        var passed = 0
        for _ in 0..<64 {
            passed += piece.withUnsafeBytes { line.append($0) }.count
            #expect(line.bytes.count <= LastLine.maximumBytes)
        }
        #expect(passed + line.bytes.count == 64 << 18)
    }
}
