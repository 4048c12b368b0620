import Testing

@testable import RunnerCore

@Suite struct OutputCaptureTests {
    @Test func keepsEverythingBelowTheCap() {
        var capture = OutputCapture(cap: 10)
        capture.append(Array("hello".utf8))
        capture.append(Array("world".utf8))
        #expect(capture.complete == Array("helloworld".utf8))
        #expect(capture.total == 10)
        #expect(capture.leftOut == 0)
        #expect(capture.takePieces(isOver: true, limit: 4).map(\.offset) == [0, 4, 8])
    }

    @Test func keepsHeadAndTailBeyondTheCap() {
        var capture = OutputCapture(cap: 6)
        for character in "abcdefghij" { capture.append(Array(String(character).utf8)) }
        #expect(capture.complete == nil)
        #expect(capture.total == 10)
        #expect(capture.leftOut == 4)
        #expect(String(decoding: capture.readable, as: UTF8.self) == "abc\n[… 4 bytes left out …]\nhij")
        #expect(
            capture.takePieces(isOver: true, limit: 100) == [
                .init(offset: 0, bytes: Array("abc".utf8)), .init(offset: 7, bytes: Array("hij".utf8)),
            ])
    }

    @Test(arguments: [0, 1, 2])
    func survivesTinyCaps(cap: Int) {
        var capture = OutputCapture(cap: cap)
        capture.append([1, 2, 3])
        capture.append([])
        #expect(capture.total == 3)
        #expect(capture.leftOut == 3 - cap)
        #expect(capture.takePieces(isOver: true, limit: 4).reduce(0) { $0 + $1.bytes.count } == cap)
    }

    @Test func cutsATextBetweenCharacters() {
        var capture = OutputCapture(cap: 10)
        capture.append(Array("ééééééééé".utf8))  // 18 bytes; head and tail of 5 each cut a character
        #expect(
            capture.takePieces(isOver: true, limit: 100) == [
                .init(offset: 0, bytes: Array("éé".utf8)), .init(offset: 14, bytes: Array("éé".utf8)),
            ])
    }

    /// Random bytes or text in random portions, taken at random moments: counts are exact, every piece is where it says, nothing comes twice, and
    /// what is kept is the longest head and tail.
    @Test(arguments: 0..<400)
    func agreesWithTheWholeStream(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let cap = Int.random(in: 8...64, using: &random)
        let isText = Bool.random(using: &random)
        var written: [UInt8] = []
        var capture = OutputCapture(cap: cap)
        var pieces: [OutputCapture.Piece] = []
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            var portion = Self.portion(isText: isText, using: &random)
            if isText, Bool.random(using: &random) {
                // A character may be cut by the portions in which it is read.
                let cut = Int.random(in: 0...portion.count, using: &random)
                capture.append(Array(portion[..<cut]))
                written += portion[..<cut]
                portion.removeFirst(cut)
            }
            capture.append(portion)
            written += portion
            if Bool.random(using: &random) { pieces += capture.takePieces(isOver: false, limit: 16) }
        }
        pieces += capture.takePieces(isOver: true, limit: 16)
        #expect(capture.takePieces(isOver: true, limit: 16).isEmpty)

        #expect(capture.total == written.count)
        #expect(capture.complete == (written.count <= cap ? written : nil))
        var end = 0
        var missing = 0
        for piece in pieces {
            #expect(piece.offset >= end && !piece.bytes.isEmpty && piece.bytes.count <= 16)
            #expect(Array(written[piece.offset..<piece.offset + piece.bytes.count]) == piece.bytes)
            if isText { #expect(String(validating: piece.bytes, as: UTF8.self) != nil) }
            missing += piece.offset - end
            end = piece.offset + piece.bytes.count
        }
        #expect(end == written.count)
        #expect((capture.leftOut...capture.leftOut + 6).contains(missing), "a cut text loses at most the halves of two characters")
        if written.count <= cap { #expect(missing == 0) }
    }

    static func portion(isText: Bool, using random: inout SeededRandom) -> [UInt8] {
        let length = Int.random(in: 0..<40, using: &random)
        guard isText else { return (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) } }
        return (0..<length).flatMap { _ in Array((["a", "é", "€", "😀", "\n"].randomElement(using: &random) ?? "a").utf8) }
    }
}
