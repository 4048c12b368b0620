/// Shows on standard error how far something is: one line that is drawn anew on a terminal, one line per change otherwise.
struct ProgressView {
    private let console: Console
    private var last: String?
    private var isDrawn = false

    init(_ console: Console) {
        self.console = console
    }

    /// Shows where an instance stands.
    mutating func show(_ progress: InstanceProgress) async throws {
        if let columns = console.columns(.error) {
            try await draw(progress.bar(columns: columns))
        } else {
            try await say(progress.line)
        }
    }

    /// Shows a message that is no progress.
    mutating func show(_ text: String) async throws {
        if let columns = console.columns(.error) {
            try await draw(DisplayWidth.fit(text, columns - 1))
        } else {
            try await say(text)
        }
    }

    /// Takes what is drawn away, so that lines can be written in its place.
    mutating func clear() async throws {
        guard isDrawn else { return }
        isDrawn = false
        last = nil
        try await console.write(.error, Array("\r\u{1B}[K".utf8))
    }

    /// Goes to a new line, so that what comes next does not overwrite the last state.
    mutating func finish() async throws {
        guard isDrawn else { return }
        isDrawn = false
        try await console.write(.error, Array("\n".utf8))
    }

    private mutating func draw(_ text: String) async throws {
        guard text != last else { return }
        last = text
        isDrawn = true
        try await console.write(.error, Array("\r\u{1B}[K\(text)".utf8))
    }

    private mutating func say(_ text: String) async throws {
        guard text != last else { return }
        last = text
        try await console.note(text)
    }
}
