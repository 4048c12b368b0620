import Messages
import Testing

@testable import CollectorCore

@Suite struct OutputPartTests {
    /// In pieces of every length, with a gap where output was left out.
    private func pieces(_ text: String, of length: Int, at offset: Int = 0) -> [OutputChunk] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: length).map { first in
            OutputChunk(
                step: 1, attempt: 1, stream: .stdout, offset: offset + first, bytes: Array(bytes[first..<min(first + length, bytes.count)]))
        }
    }

    private func select(_ part: RunOutputQuery.Part?, from output: [OutputChunk]) -> String {
        let query = RunOutputQuery(id: id(1), part: part)
        return String(decoding: query.select(from: output).flatMap(\.bytes), as: UTF8.self)
    }

    @Test(arguments: [1, 2, 3, 5, 100]) func theLastLines(length: Int) {
        for end in ["", "\n"] {
            let output = pieces("one\ntwo\n\nfour" + end, of: length)
            #expect(select(.lines(1), from: output) == "four" + end)
            #expect(select(.lines(2), from: output) == "\nfour" + end)
            #expect(select(.lines(3), from: output) == "two\n\nfour" + end)
            #expect(select(.lines(4), from: output) == "one\ntwo\n\nfour" + end)
            #expect(select(.lines(9), from: output) == "one\ntwo\n\nfour" + end)
        }
        #expect(select(.lines(1), from: []) == "")
        #expect(select(.lines(1), from: pieces("\n", of: length)) == "\n")
    }

    @Test(arguments: [1, 2, 3, 5, 100]) func bytes(length: Int) {
        let output = pieces("0123456789", of: length) + pieces("abcdef", of: length, at: 20)
        #expect(select(.bytes(0..<4), from: output) == "0123")
        #expect(select(.bytes(8..<22), from: output) == "89ab")
        #expect(select(.bytes(25..<Int.max), from: output) == "f")
        #expect(select(.bytes(10..<20), from: output) == "")
        #expect(select(.lastBytes(3), from: output) == "def")
        #expect(select(.lastBytes(8), from: output) == "89abcdef")
        #expect(select(.lastBytes(100), from: output) == "0123456789abcdef")
        let query = RunOutputQuery(id: id(1), part: .bytes(3..<5))
        #expect(query.select(from: output).first?.offset == 3)
    }

    @Test func eachStreamByItself() {
        let output = [
            chunk("a\nb\n"), chunk("c\nd\n", .stderr), chunk("e\nf\n", attempt: 2), chunk("g\nh\n", step: 2),
        ]
        #expect(select(.lines(1), from: output) == "b\nd\nf\nh\n")
        func text(_ query: RunOutputQuery) -> String { String(decoding: query.select(from: output).flatMap(\.bytes), as: UTF8.self) }
        #expect(text(RunOutputQuery(id: id(1), step: 1, stream: .stdout, part: .lines(1))) == "b\nf\n")
        #expect(text(RunOutputQuery(id: id(1), attempt: 2)) == "e\nf\n")
    }
}
