internal import FoundationEssentials
internal import JSON

/// What the steps of a run wrote, put together from its pieces.
struct RunOutput: Sendable {
    /// What one attempt at a step wrote to one stream.
    struct Part: Sendable, Equatable {
        let step: Int
        let attempt: Int
        let isError: Bool
        var bytes: [UInt8] = []
        /// How much the step has written up to the end of `bytes`.
        var end = 0
    }

    private(set) var parts: [Part] = []

    /// - Parameter isPart: that a stream does not begin at its first byte was asked for.
    init(_ item: JSONNode, isPart: Bool = false) {
        let chunks = (item["chunks"]?.elements ?? []).sorted { Self.order($0) < Self.order($1) }
        for chunk in chunks {
            var part = Part(step: chunk["step"]?.int ?? 0, attempt: chunk["attempt"]?.int ?? 0, isError: chunk["stream"]?.text == "stderr")
            if isPart { part.end = chunk["offset"]?.int ?? 0 }
            if parts.last.map({ $0.step == part.step && $0.attempt == part.attempt && $0.isError == part.isError }) != true {
                parts.append(part)
            }
            append(chunk)
        }
    }

    private mutating func append(_ chunk: JSONNode) {
        let bytes = Self.bytes(of: chunk)
        let offset = chunk["offset"]?.int ?? 0
        let last = parts.count - 1
        let missing = offset - parts[last].end
        if missing > 0 { parts[last].bytes += Self.gap(missing) }
        // A piece that was reported twice overlaps with what is there.
        parts[last].bytes += bytes.dropFirst(max(0, -missing))
        parts[last].end = max(parts[last].end, offset + bytes.count)
    }

    /// The bytes of a piece.
    static func bytes(of chunk: JSONNode) -> [UInt8] {
        chunk["text"]?.text.map { Array($0.utf8) } ?? chunk["base64"]?.text.flatMap { Data(base64Encoded: $0) }.map { Array($0) } ?? []
    }

    /// What stands in place of bytes that were not kept.
    static func gap(_ count: Int) -> [UInt8] { Array("\n[… \(count) bytes left out …]\n".utf8) }

    private static func order(_ chunk: JSONNode) -> (Int, Int, String, Int) {
        (chunk["step"]?.int ?? 0, chunk["attempt"]?.int ?? 0, chunk["stream"]?.text == "stderr" ? "b" : "a", chunk["offset"]?.int ?? 0)
    }

    /// Writes the bytes as they are when the output goes to a file or a pipe; on a terminal with headings, and with what could take it over
    /// (control characters other than tab and line break) made visible.
    func print(to console: Console) async throws {
        if parts.isEmpty { try await console.note("The run has no output.") }
        let isDivided = parts.count > 1
        for part in parts {
            let stream: Console.Stream = part.isError ? .error : .output
            let isTerminal = console.columns(stream) != nil
            if isTerminal && isDivided {
                try await console.note("── step \(part.step), attempt \(part.attempt), \(part.isError ? "stderr" : "stdout")")
            }
            try await console.write(stream, isTerminal ? Self.harmless(part.bytes) : part.bytes)
            if isTerminal, part.bytes.last.map({ $0 != UInt8(ascii: "\n") }) == true {
                try await console.write(stream, [UInt8(ascii: "\n")])
            }
        }
    }

    /// What may be shown on a terminal.
    static func harmless(_ bytes: [UInt8]) -> [UInt8] {
        let lines = String(decoding: bytes, as: UTF8.self).unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        let shown = lines.map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map { DisplayWidth.printable(String($0)) }.joined(separator: "\t")
        }
        return Array(shown.joined(separator: "\n").utf8)
    }
}
