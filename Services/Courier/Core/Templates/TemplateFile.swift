internal import JSON
internal import JobModel
internal import Yams

/// A template as it stands in a file: JSON, or YAML when the file's name says so.
struct TemplateFile: Sendable {
    let name: String
    let bytes: [UInt8]

    /// Reads a file, `-` being standard input; a byte more than a template may have is enough to see that it is too large.
    static func read(_ name: String, context: CommandContext) async throws -> TemplateFile {
        TemplateFile(name: name, bytes: try await context.read(file: name, limit: TemplateReader.maximumBytes + 1))
    }

    private var isYAML: Bool { ["yaml", "yml"].contains(Paths.fileExtension(name)) }

    /// The template as JSON.
    ///
    /// - Throws: `CommandFailure` (`badInput`) when it is YAML that cannot be read.
    var json: [UInt8] {
        get throws {
            guard isYAML else { return bytes }
            guard bytes.count <= TemplateReader.maximumBytes else {
                throw CommandFailure.badInput("\(name): expected at most \(TemplateReader.maximumBytes) bytes, found more")
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CommandFailure.badInput("\(name): expected UTF-8, found other bytes")
            }
            do {
                guard let root = try Yams.compose(yaml: text) else {
                    throw CommandFailure.badInput("\(name): expected a template, found nothing")
                }
                var budget = TemplateReader.maximumBytes
                return Array(try Self.tree(root, depth: 0, budget: &budget).compact.utf8)
            } catch let error as YamlError {
                throw CommandFailure.badInput("\(name): expected YAML, found \(error)")
            } catch let error as TooMuch {
                throw CommandFailure.badInput("\(name): expected \(error.expected), found more")
            }
        }
    }

    private struct TooMuch: Error {
        let expected: String
    }

    /// - Parameter budget: How many bytes of text are left; an alias that is used again and again multiplies what stands in the file.
    private static func tree(_ node: Node, depth: Int, budget: inout Int) throws -> JSONNode {
        guard depth < TemplateReader.maximumDepth else { throw TooMuch(expected: "at most \(TemplateReader.maximumDepth) levels") }
        budget -= 1
        guard budget > 0 else { throw TooMuch(expected: "at most \(TemplateReader.maximumBytes) bytes of content") }
        switch node {
        case .sequence(let sequence):
            return .array(try sequence.map { try tree($0, depth: depth + 1, budget: &budget) })
        case .mapping(let mapping):
            return .object(
                try mapping.map { key, value in
                    (key.string ?? "", try tree(value, depth: depth + 1, budget: &budget))
                })
        case .scalar(let scalar):
            budget -= scalar.string.utf8.count
            return self.scalar(node, scalar)
        case .alias:
            // `compose` replaces aliases by what they stand for.
            return .null
        }
    }

    private static func scalar(_ node: Node, _ scalar: Node.Scalar) -> JSONNode {
        guard scalar.style == .plain || scalar.style == .any else { return .text(scalar.string) }
        switch node.tag {
        case Tag(.null): return .null
        // Only `true` and `false` are truth values in YAML 1.2; `yes`, `no`, `on` are what a person may well mean as text.
        case Tag(.bool):
            switch scalar.string.lowercased() {
            case "true": return .bool(true)
            case "false": return .bool(false)
            default: return .text(scalar.string)
            }
        case Tag(.int), Tag(.float): return JSONNumber(scalar.string).map { JSONNode(.number($0)) } ?? .text(scalar.string)
        default: return .text(scalar.string)
        }
    }
}
