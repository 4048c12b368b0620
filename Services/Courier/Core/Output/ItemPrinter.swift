internal import JSON

/// Writes one item: names and values one below the other, JSON, or YAML.
struct ItemPrinter {
    let format: OutputFormat
    let console: Console

    /// Writes `item`.
    ///
    /// - Parameters:
    ///   - rows: What the table form shows: a label and a text; rows without a text are left out.
    func print(_ item: JSONNode, rows: [(String, String?)]) async throws {
        switch format {
        case .table: try await console.line(Self.lines(rows).joined(separator: "\n"))
        case .json: try await console.line(PrettyJSON.text(item))
        case .yaml: try await console.write(.output, Array(try YAMLText.text(item).utf8))
        }
    }

    static func lines(_ rows: [(String, String?)]) -> [String] {
        let shown = rows.compactMap { label, text in text.map { (label + ":", DisplayWidth.printable($0)) } }
        let width = shown.map { DisplayWidth.of($0.0) }.max() ?? 0
        return shown.map { label, text in
            label + String(repeating: " ", count: width - DisplayWidth.of(label) + 2) + text
        }
    }
}
