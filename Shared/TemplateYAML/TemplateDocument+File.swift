public import JobModel

extension TemplateDocument {
    /// A document as it stands in a file: JSON, or YAML when ``isYAML(_:name:)``.
    public init(_ bytes: [UInt8], name: String) {
        if Self.isYAML(bytes, name: name) { self.init(yaml: bytes) } else { self.init(json: bytes) }
    }

    /// Whether a file of this name is YAML: its name ends in `.yaml` or `.yml`. Standard input, `-`, has no name: what begins with a brace or a
    /// bracket there is JSON, anything else YAML.
    public static func isYAML(_ bytes: [UInt8], name: String) -> Bool {
        guard name == "-" else { return [".yaml", ".yml"].contains { name.lowercased().hasSuffix($0) } }
        let start = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        // A byte order mark is no part of either; JSON says so best.
        return ![UInt8(ascii: "{"), UInt8(ascii: "["), 0xEF, nil].contains(start)
    }
}
