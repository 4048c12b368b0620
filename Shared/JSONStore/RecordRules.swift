/// What a record's bytes must satisfy for a line to be read back as it was written.
enum RecordRules {
    /// The longest body in bytes: far above any message, and a bound on what a damaged file can make the reader hold.
    static let longest = 64 << 20

    static func check(_ body: [UInt8]) throws(StoreError) {
        guard !body.isEmpty else { throw .invalid(expected: "a record of one JSON value", found: "no bytes") }
        guard body.count <= longest else {
            throw .invalid(expected: "a record of at most \(longest) bytes", found: "\(body.count) bytes")
        }
        if let place = body.withUnsafeBytes({ Bytes.lineFeed(in: $0, from: 0, to: $0.count) }) {
            throw .invalid(expected: "a record on one line", found: "a line feed at byte \(place)")
        }
    }
}
