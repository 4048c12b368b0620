internal import ArgumentParser
internal import JSON

/// Which part of a list.
struct ListOptions: ParsableArguments {
    @Option(help: "Only this page, from 1 (default: all pages, one after the other).")
    var page: Int?

    @Option(help: "Items asked for at a time, 1 to 1000.")
    var itemsPerPage = 200

    func validate() throws {
        if let page, page < 1 { throw ValidationError("Expected a --page from 1, found \(page).") }
        guard (1...1000).contains(itemsPerPage) else {
            throw ValidationError("Expected --items-per-page from 1 to 1000, found \(itemsPerPage).")
        }
    }

    /// Prints the list at `path`, each page as soon as it is there.
    func print(
        _ client: CourierClient, _ path: String, query: [(String, String)] = [], columns: [Column], emptyText: String, format: OutputFormat
    ) async throws {
        var printer = ListPrinter(format, columns: columns, emptyText: emptyText, console: CommandContext.current.console)
        var number = page ?? 1
        while true {
            let answer = try await client.page(path, query: query, page: number, itemsPerPage: itemsPerPage)
            try await printer.page(answer.items)
            if page != nil || answer.items.isEmpty || number >= answer.totalPages { break }
            number += 1
        }
        try await printer.end()
    }
}
