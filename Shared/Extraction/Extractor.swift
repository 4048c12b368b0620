internal import Dispatch

/// How a value is taken from a text.
public enum Extractor: Sendable {
    /// All of it, as it is.
    case content
    /// The first match: its first group that took part, or all of it.
    case regularExpression(RegularExpression)
    /// The first value the path leads to, the text being JSON.
    case jsonPath(JSONPath)

    /// The value in `bytes`; `nil` when there is none. Bytes that are no UTF-8 are replaced by U+FFFD.
    ///
    /// Blocks for as long as the expression takes, which is bounded.
    ///
    /// - Throws: ``ExtractionFailure`` when the text is no JSON, or when there is no answer in time.
    public func value(in bytes: [UInt8]) throws(ExtractionFailure) -> String? {
        switch self {
        case .content: String(decoding: bytes, as: UTF8.self)
        case .regularExpression(let expression): try expression.firstValue(in: String(decoding: bytes, as: UTF8.self))
        case .jsonPath(let path): try path.values(in: JSONTree(parsing: bytes)).first?.text
        }
    }

    /// The same, worked out away from the threads that Swift's tasks share.
    ///
    /// - Throws: What ``value(in:)`` throws.
    public func valueInBackground(in bytes: [UInt8]) async throws(ExtractionFailure) -> String? {
        if case .content = self { return try value(in: bytes) }
        let result: Result<String?, ExtractionFailure> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Result { () throws(ExtractionFailure) in try value(in: bytes) })
            }
        }
        return try result.get()
    }
}
