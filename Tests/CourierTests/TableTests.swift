import Testing

@testable import CourierCore

@Suite struct TableTests {
    private static let columns = [
        Column("NAME", isFlexible: true) { _ in "" }, Column("COUNT", alignment: .right) { _ in "" }, Column("LAST") { _ in "" },
    ]

    @Test(arguments: [
        ("plain", 5), ("", 0), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("한글", 4), ("ｆｕｌｌ", 8), ("👍", 2), ("👨‍👩‍👧", 2), ("☀️", 2),
        ("\u{200B}", 0), ("🇩🇪", 2), ("א", 1),
    ])
    func widthIsInColumns(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("abc", 1, "…"), ("abc", 0, ""),
    ])
    func cutsAtWholeCharacters(text: String, columns: Int, expected: String) {
        #expect(DisplayWidth.fit(text, columns) == expected)
        #expect(DisplayWidth.of(DisplayWidth.fit(text, columns)) <= columns)
    }

    @Test(arguments: [
        ("a\u{1B}[31mb", "a\\u{1b}[31mb"), ("a\nb\tc\r", "a\\nb\\tc\\r"), ("\u{202E}x", "\\u{202e}x"), ("\u{9B}31m", "\\u{9b}31m"),
        ("é👍", "é👍"), ("👨‍👩‍👧", "👨‍👩‍👧"),
    ])
    func writesControlCharactersOut(text: String, expected: String) {
        #expect(DisplayWidth.printable(text) == expected)
    }

    @Test func alignsByDisplayWidth() {
        var table = Table(Self.columns, terminalWidth: nil)
        #expect(
            table.lines([["日本", "7", "x"], ["abcdef", "12345678", "y"]]) == [
                "NAME       COUNT  LAST",
                "日本           7  x",
                "abcdef  12345678  y",
            ])
    }

    @Test func printsTheHeadingOnceAndKeepsWidths() {
        var table = Table(Self.columns, terminalWidth: nil)
        _ = table.lines([["a long name", "1", "z"]])
        #expect(table.lines([["b", "2", "z"]]) == ["b                2  z"])
    }

    @Test(arguments: 12...60)
    func neverExceedsTheTerminal(width: Int) {
        var table = Table(Self.columns, terminalWidth: width)
        let lines = table.lines([[String(repeating: "n", count: 70), "123456", "last"], ["日本語日本語日本語日本語", "1", "last"]])
        for line in lines { #expect(DisplayWidth.of(line) <= width) }
        // A column that may not give way is cut only when nothing else helps.
        if width >= 22 { #expect(lines.allSatisfy { $0.hasSuffix("last") || $0.hasSuffix("LAST") }) }
    }

    @Test(arguments: [
        (0.0, "0.00s"), (0.254, "0.25s"), (9.99, "9.99s"), (12.34, "12.3s"), (59.96, "1m00s"), (245.0, "4m05s"), (3600.0, "1h00m"),
        (90_000.0, "1d01h"), (-1.0, "-"), (.nan, "-"),
    ])
    func durationsAreShort(seconds: Double, expected: String) {
        #expect(Cell.duration(seconds: seconds) == expected)
    }
}
