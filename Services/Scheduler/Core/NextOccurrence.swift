public import JSON

/// What is known of the occurrence after those that were judged: a start need not work it out again.
public enum NextOccurrence: Sendable, Hashable {
    /// It is at this second.
    case at(Int64)
    /// There is none.
    case never

    /// What a search has found.
    init(_ second: Int64?) {
        self = second.map { .at($0) } ?? .never
    }

    /// The second; `nil` when there is none.
    var second: Int64? {
        if case .at(let second) = self { second } else { nil }
    }
}

extension NextOccurrence: JSONCodable {
    /// Writes a number, or `null`.
    public func encode(to writer: inout JSONWriter) {
        if let second { writer.value(second) } else { writer.null() }
    }

    /// Reads a number or `null`.
    ///
    /// - Throws: `JSONError` for another value.
    public init(from reader: inout JSONReader) throws {
        self.init(try reader.decodeIfPresent(Int64.self))
    }
}
