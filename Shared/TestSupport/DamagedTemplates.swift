import FoundationEssentials
import JSON
public import JobModel

/// Bytes that are nearly templates, and soups of what templates are made of: the same ones for the same seed.
public struct DamagedTemplates: Sendable {
    private let originals: [[UInt8]]
    private var random: SeededRandom
    private var round = 0

    /// - Parameters:
    ///   - fixtures: The directory `Tests/Fixtures/templates`.
    ///   - seed: What the bytes follow from.
    /// - Throws: When a file cannot be read.
    public init(fixtures: String, seed: UInt64) throws {
        originals = try Self.files.map { [UInt8](try Data(contentsOf: URL(filePath: "\(fixtures)/\($0)"))) }
        random = SeededRandom(seed: seed)
    }

    private static let files = [
        "edge/003-no-exceptions.json", "edge/030-polynomial.json", "real/filled/beta/job_windows_sample_test.json",
        "real/verbatim/current/single-node-job-reoccurring-exception.yaml", "real/verbatim/current/job_direct_query_linux.json",
    ]

    private static let tokens = [
        "{", "}", "[", "]", ":", ",", "\"", "'", "\n", "\n  ", "\n    ", "- ", ": ", "? ", "&a ", "*a", "!!str ", "!x ", "|\n", ">\n", "# ",
        "---\n", "...\n", "<<", "~", "null", "true", "no", "0", "-1", "1e400", "0644", ".inf", "\\u0000", "\\ud800", "\u{E9}", "\u{2028}",
        "name", "scheduleRule", "immediate", "RRULE:FREQ=DAILY", "target", "groups", "batchSize", "percent", "nodeListType", "actions",
        "steps", "command", "linux", "conditions", "$x", "$$", "outputFieldRules", "regEx", "(a+)+$", "jsonPath", "$..*", "\t",
        "%TAG ! x\n", "${{ x }}", "${{{ x }}", "{{.x}}",
    ].map { Array($0.utf8) }

    /// The next bytes.
    public mutating func next() -> [UInt8] {
        defer { round += 1 }
        return round % 4 == 0 ? soup() : damaged(originals[round % originals.count])
    }

    /// What is wrong with the answer `reading`: a template or problems, never both or neither, and what is accepted is read back unchanged.
    public static func fault(of reading: TemplateReading) -> String? {
        guard (reading.template == nil) == !reading.problems.isEmpty else { return "a template and problems, or neither" }
        guard let template = reading.template, TemplateReader.read(template.encoded()).template != template else { return nil }
        return "the canonical form is not read back as it is"
    }

    private mutating func soup() -> [UInt8] {
        (0..<Int.random(in: 1...60, using: &random)).flatMap { _ in Self.tokens[Int.random(in: 0..<Self.tokens.count, using: &random)] }
    }

    private mutating func damaged(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let index = Int.random(in: 0..<max(1, bytes.count), using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...20, using: &random)))
            case 2: bytes.replaceSubrange(index..<index, with: Self.tokens[Int.random(in: 0..<Self.tokens.count, using: &random)])
            case 3: bytes.replaceSubrange(index..<index, with: bytes[index..<min(bytes.count, index + 40)])
            default: bytes[index] = bytes[Int.random(in: 0..<bytes.count, using: &random)]
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }
}
