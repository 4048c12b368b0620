internal import JSON

/// Writes a list as its pages come: a table, one JSON array, or one YAML sequence.
struct ListPrinter {
    private let format: OutputFormat
    private let columns: [Column]
    private let emptyText: String
    private let console: Console
    private var table: Table
    private var count = 0

    /// - Parameter emptyText: What a table without a row says instead.
    init(_ format: OutputFormat, columns: [Column], emptyText: String, console: Console) {
        self.format = format
        self.columns = columns
        self.emptyText = emptyText
        self.console = console
        table = Table(columns, terminalWidth: console.columns(.output))
    }

    /// Writes the next items.
    mutating func page(_ items: [JSONNode]) async throws {
        guard !items.isEmpty else { return }
        let text: String
        switch format {
        case .table:
            text = table.lines(items.map { item in columns.map { $0.cell(item) } }).joined(separator: "\n") + "\n"
        case .json:
            let elements = items.map { "  " + PrettyJSON.text($0, indentation: 1) }.joined(separator: ",\n")
            text = (count == 0 ? "[\n" : ",\n") + elements
        case .yaml:
            text = try YAMLText.text(.array(items))
        }
        count += items.count
        try await console.write(.output, Array(text.utf8))
    }

    /// Writes what ends the list.
    func end() async throws {
        switch format {
        case .table: if count == 0 { try await console.line(emptyText) }
        case .json: try await console.line(count == 0 ? "[]" : "\n]")
        case .yaml: if count == 0 { try await console.line("[]") }
        }
    }
}
