internal import Foundation
import Synchronization

/// A search for a user's regular expression that ends in time, whatever the pattern.
///
/// ICU's engine says while it works that it does, and can then be stopped; Swift's own cannot.
struct PatternSearch {
    /// How long one search may take.
    static let limit = Duration.milliseconds(100)

    /// Why a search has no result.
    struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        let description: String
    }

    /// What the engine's callback saw.
    private struct Outcome {
        var found: String?
        var isLate = false
    }

    private let expression: NSRegularExpression
    private let pattern: String

    /// - Throws: ``Failure`` when `pattern` is not a regular expression.
    init(_ pattern: String) throws(Failure) {
        guard let expression = try? NSRegularExpression(pattern: pattern) else {
            throw Failure(description: "expected a regular expression in ICU's syntax, found '\(pattern)'")
        }
        self.expression = expression
        self.pattern = pattern
    }

    /// The first match anywhere in `text`: its first group that took part, or all of it when the pattern has no group; `nil` when there is no
    /// match.
    ///
    /// - Throws: ``Failure`` when the search takes too long.
    func first(in text: String) throws(Failure) -> String? {
        let whole = NSRange(location: 0, length: text.utf16.count)
        let clock = ContinuousClock()
        let deadline = clock.now + Self.limit
        let outcome = Mutex(Outcome())
        expression.enumerateMatches(in: text, options: [.reportProgress], range: whole) { result, flags, stop in
            if let result {
                let value = Self.value(of: result, in: text)
                outcome.withLock { $0.found = value }
                stop.pointee = true
            } else if flags.contains(.internalError) || clock.now >= deadline {
                outcome.withLock { $0.isLate = true }
                stop.pointee = true
            }
        }
        let (found, isLate) = outcome.withLock { ($0.found, $0.isLate) }
        if isLate, found == nil {
            throw Failure(
                description: "the regular expression '\(pattern)' found no answer within 100 ms in a text of \(whole.length) characters; "
                    + "use one that does not backtrack that much")
        }
        return found
    }

    private static func value(of result: NSTextCheckingResult, in text: String) -> String {
        let groups = (1..<max(result.numberOfRanges, 1)).map { result.range(at: $0) }
        let range = groups.first { $0.location != NSNotFound } ?? result.range
        // By UTF-16, because a match may begin or end in the middle of what Swift calls a character.
        let units = text.utf16
        let start = units.index(units.startIndex, offsetBy: range.location)
        let end = units.index(start, offsetBy: range.length)
        return String(decoding: units[start..<end], as: UTF16.self)
    }
}
