internal import JSON

/// Writes a preview, whether it was worked out here or came from a server.
struct SchedulePrinter {
    let format: OutputFormat
    let console: Console

    private static let columns: [Column] = [
        .field("AT", "at"),
        Column("EXCEPTED UNTIL") { Cell.text($0["excepted"]?["until"]) },
        Column("BY", isFlexible: true) { node in
            guard let rule = node["excepted"]?["rule"] else { return Cell.nothing }
            let calendar = node["excepted"]?["calendar"]?.text.map { " (calendar \($0))" } ?? ""
            return Cell.text(rule) + calendar
        },
    ]

    func print(_ preview: JSONNode) async throws {
        switch format {
        case .json: try await console.line(PrettyJSON.text(preview))
        case .yaml: try await console.write(.output, Array(try YAMLText.text(preview).utf8))
        case .table:
            var printer = ListPrinter(.table, columns: Self.columns, emptyText: "The rule has no occurrence there.", console: console)
            try await printer.page(preview["occurrences"]?.elements ?? [])
            try await printer.end()
            let isLast = Cell.text(preview["exhausted"]) == "true" && preview["occurrences"]?.elements?.isEmpty == false
            if isLast { try await console.note("There is no occurrence after these.") }
        }
    }
}
