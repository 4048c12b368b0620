/// Lays out rows of text in columns, page by page: a column keeps its width from page to page and grows when a later page needs it.
struct Table: Sendable {
    private let titles: [String]
    private let alignments: [Column.Alignment]
    private let flexible: [Bool]
    private let terminalWidth: Int?
    private var widths: [Int]
    private var hasHeader = false

    private static let gap = 2
    /// A column that gives way keeps this much.
    private static let leastWidth = 8

    /// - Parameter terminalWidth: Lines are cut to it; `nil` for no limit.
    init(_ columns: [Column], terminalWidth: Int?) {
        titles = columns.map(\.title)
        alignments = columns.map(\.alignment)
        flexible = columns.map(\.isFlexible)
        self.terminalWidth = terminalWidth
        widths = titles.map(DisplayWidth.of)
    }

    /// The lines of the next rows, with the headings before the first ones.
    mutating func lines(_ rows: [[String]]) -> [String] {
        let rows = rows.map { $0.map(DisplayWidth.printable) }
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], DisplayWidth.of(cell))
            }
        }
        let fitted = fittedWidths()
        var lines: [String] = []
        if !hasHeader {
            lines.append(line(titles, fitted))
            hasHeader = true
        }
        lines.append(contentsOf: rows.map { line($0, fitted) })
        return lines
    }

    private func fittedWidths() -> [Int] {
        guard let terminalWidth else { return widths }
        var fitted = widths
        var excess = fitted.reduce(0, +) + Self.gap * (fitted.count - 1) - terminalWidth
        while excess > 0 {
            // The widest one gives way first, so that the table stays readable as long as it can.
            let candidates = fitted.indices.filter { flexible[$0] && fitted[$0] > Self.leastWidth }
            guard let widest = candidates.max(by: { fitted[$0] < fitted[$1] }) else { break }
            fitted[widest] -= 1
            excess -= 1
        }
        return fitted
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() where index < widths.count {
            let text = DisplayWidth.fit(cell, widths[index])
            let padding = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(text)))
            if index > 0 { line += String(repeating: " ", count: Self.gap) }
            line += alignments[index] == .left ? text + padding : padding + text
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return terminalWidth.map { DisplayWidth.fit(line, $0) } ?? line
    }
}
