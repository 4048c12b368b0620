import FoundationEssentials
import JSON

/// What a service is told about itself: a flag wins over the environment, the environment over the configuration file, the file over the default.
///
/// A setting has one name: `broker-url` is the flag `--broker-url`, the environment variable `COURIER_BROKER_URL` and the key `broker-url` of the
/// file, which is one JSON object of texts, numbers and booleans.
public struct Settings: Sendable {
    private let flags: [String: String]
    private let environment: [String: String]
    private let file: [String: String]
    private let fileName: String?

    /// Settings from given sources.
    ///
    /// - Parameters:
    ///   - flags: by setting; those that were not given are missing.
    ///   - environment: the process's environment.
    ///   - file: the configuration file; `nil` for none.
    ///   - known: every setting the service has; anything else in the file is an error.
    /// - Throws: ``SettingError`` when the file cannot be read, is no JSON object, or has a key that is no setting.
    public init(flags: [String: String], environment: [String: String], file: String?, known: [String]) throws {
        self.flags = flags
        self.environment = environment
        fileName = file
        self.file = try file.map { try Self.read($0, known: known) } ?? [:]
    }

    /// The value of `name`; `nil` when nobody gives one.
    public func text(_ name: String) -> String? {
        flags[name] ?? environment[Self.variable(of: name)] ?? file[name]
    }

    /// The value of `name`.
    ///
    /// - Throws: ``SettingError`` when nobody gives one.
    public func required(_ name: String) throws -> String {
        guard let value = text(name) else {
            throw SettingError(
                reason: "\(name) is not set: give --\(name), \(Self.variable(of: name)) or \"\(name)\" in the configuration file")
        }
        return value
    }

    /// The value of `name` as an integer of `range`.
    ///
    /// - Throws: ``SettingError`` when it is anything else.
    public func integer(_ name: String, in range: ClosedRange<Int>, default defaultValue: Int) throws -> Int {
        guard let text = text(name) else { return defaultValue }
        guard let value = Int(text), range.contains(value) else {
            throw SettingError(
                reason: "\(source(of: name)): expected a whole number from \(range.lowerBound) to \(range.upperBound), found '\(text)'")
        }
        return value
    }

    /// The value of `name` as one of `choices`.
    ///
    /// - Throws: ``SettingError`` when it is anything else.
    public func choice(_ name: String, of choices: [String], default defaultValue: String) throws -> String {
        guard let text = text(name) else { return defaultValue }
        guard choices.contains(text) else {
            throw SettingError(reason: "\(source(of: name)): expected one of \(choices.joined(separator: ", ")), found '\(text)'")
        }
        return text
    }

    /// The environment variable of a setting.
    public static func variable(of name: String) -> String {
        "COURIER_" + name.uppercased().replacing("-", with: "_")
    }

    private func source(of name: String) -> String {
        if flags[name] != nil { return "--\(name)" }
        if environment[Self.variable(of: name)] != nil { return Self.variable(of: name) }
        return "\(fileName ?? "configuration file"): /\(name)"
    }

    private static func read(_ path: String, known: [String]) throws -> [String: String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingError(reason: "\(path): the configuration file cannot be read")
        }
        do {
            let document = try JSONDocument(parsing: Array(data))
            guard case .object(let members) = document.root.kind else {
                throw SettingError(reason: "\(path): expected one JSON object, found another value")
            }
            var values: [String: String] = [:]
            for member in members {
                let place = "\(path):\(document.position(of: member.keyOffset).line)"
                guard known.contains(member.key) else {
                    throw SettingError(
                        reason: "\(place): '\(member.key)' is no setting; there are \(known.sorted().joined(separator: ", "))")
                }
                switch member.node.kind {
                case .string(let text): values[member.key] = text
                case .number(let number): values[member.key] = number.int.map(String.init) ?? String(number.double)
                case .bool(let flag): values[member.key] = flag ? "true" : "false"
                case .null, .array, .object:
                    throw SettingError(reason: "\(place): '\(member.key)': expected a text, a number or a boolean")
                }
            }
            return values
        } catch let error as JSONError {
            throw SettingError(reason: "\(path): \(error)")
        }
    }
}

/// A setting that cannot be used, and why.
public struct SettingError: Error, Sendable, CustomStringConvertible {
    /// Where it is, what was expected, what was found.
    public let reason: String

    /// A refusal.
    public init(reason: String) {
        self.reason = reason
    }

    /// Where it is, what was expected, what was found.
    public var description: String { reason }
}
