internal import JSON

/// What the server understood in another way than it is written.
enum TemplateWarnings {
    /// Prints the warnings of an answer to standard error.
    static func print(of item: JSONNode, console: Console) async throws {
        for warning in item["warnings"]?.elements ?? [] {
            let pointer = warning["pointer"]?.text ?? ""
            try await console.note(
                DisplayWidth.printable("warning: \(pointer.isEmpty ? "the document" : pointer): \(Cell.text(warning["message"]))"))
        }
    }
}
