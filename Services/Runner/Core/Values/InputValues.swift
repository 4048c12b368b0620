public import JobModel

/// The values a step may use, by name.
public struct InputValues: Sendable, Hashable {
    /// Name → value.
    public private(set) var values: [String: String]
    /// The names whose values are never shown.
    public private(set) var sensitive: Set<String>

    /// No values unless some are given.
    public init(_ values: [String: String] = [:], sensitive: Set<String> = []) {
        self.values = values
        self.sensitive = sensitive
    }

    /// The value of `name`; the empty text when it has none.
    public func text(_ name: String) -> String {
        values[name] ?? ""
    }

    /// The values that are never shown.
    var secrets: Set<String> { Set(sensitive.compactMap { values[$0] }) }

    /// The values of `step`: what earlier steps extracted wins over the step's `inputs`, which win over the defaults. Reserved inputs cannot be
    /// given by anybody.
    ///
    /// - Throws: ``MissingInputs`` when required inputs have no value.
    public init(of step: Step, extracted: InputValues, reserved: [String: String]) throws(MissingInputs) {
        values = [:]
        for (name, input) in step.expectedInputs { values[name] = input.defaultValue ?? (input.required ? nil : "") }
        values.merge(step.inputs) { $1 }
        values.merge(extracted.values) { $1 }
        values.merge(reserved) { $1 }
        sensitive = extracted.sensitive
        for (name, input) in step.expectedInputs where input.sensitive { sensitive.insert(name) }
        let missing = step.expectedInputs.filter { $0.value.required && values[$0.key] == nil }
        guard missing.isEmpty else { throw MissingInputs(names: missing.keys.sorted()) }
    }

    /// Takes up the values that a step extracted.
    public mutating func merge(_ other: InputValues) {
        values.merge(other.values) { $1 }
        sensitive.subtract(other.values.keys)
        sensitive.formUnion(other.sensitive)
    }

    /// The values as environment variables: `COURIER_INPUT_<name>`, with `_` for every character that shells do not allow in a name.
    public var environment: [String: String] {
        var environment: [String: String] = [:]
        // Sorted, so that of two names that become the same one always wins.
        for (name, value) in values.sorted(by: { $0.key > $1.key }) { environment[Self.variable(name)] = value }
        return environment
    }

    static func variable(_ name: String) -> String {
        let letters = name.unicodeScalars.map { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
            default: Character("_")
            }
        }
        return "COURIER_INPUT_" + String(letters)
    }
}

/// Required inputs without a value.
public struct MissingInputs: Error, Sendable, Hashable, CustomStringConvertible {
    /// Their names, sorted.
    public let names: [String]

    /// What is missing and where it could come from.
    public var description: String {
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        let noun = names.count == 1 ? "the required input \(list) has" : "the required inputs \(list) have"
        return "\(noun) no value: no earlier step extracted it, 'inputs' does not give it, and there is no default"
    }
}
