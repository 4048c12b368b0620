internal import JSON

/// A filter as it is given on the command line: a query, or a file with JSON.
struct FilterSource {
    let query: String?
    let file: String?

    /// The filter for the API; `nil` when none is given.
    ///
    /// - Throws: `CommandFailure` (`badInput`) for a file that cannot be read or is no JSON.
    func filter(_ context: CommandContext) async throws -> JSONNode? {
        if let query { return .object([("query", .text(query))]) }
        guard let file else { return nil }
        let bytes = try await context.read(file: file, limit: 1 << 20)
        do {
            return try JSONNode.parse(bytes)
        } catch {
            throw CommandFailure.badInput("\(file): expected a filter in JSON: \(error)")
        }
    }
}
