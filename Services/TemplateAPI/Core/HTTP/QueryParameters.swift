import FoundationEssentials
import Hummingbird
import JobModel
import Messages

/// The query of a request, read strictly: what is not known, given twice or malformed is refused instead of passed over.
struct QueryParameters {
    private var values: [String: String] = [:]

    /// Reads the query of `request`, in which only `allowed` may occur.
    ///
    /// - Throws: ``APIProblem`` with status 400.
    init(_ request: Request, allowed: [String]) throws(APIProblem) {
        for part in (request.uri.query ?? "").split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(pair[0], plusIsSpace: true),
                let value = PercentEncoding.decode(pair.count > 1 ? pair[1] : "", plusIsSpace: true)
            else { throw APIProblem(.badRequest, "The query holds a percent sign that two hexadecimal digits do not follow, or no UTF-8.") }
            guard allowed.contains(name) else {
                let known = allowed.isEmpty ? "none is known here" : "known here: \(allowed.joined(separator: ", "))"
                throw APIProblem(.badRequest, "The query has the unknown parameter '\(name.prefix(64))'; \(known).")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw APIProblem(.badRequest, "The query has the parameter '\(name)' twice.")
            }
        }
    }

    /// A text; `nil` when it is not given.
    func text(_ name: String) -> String? { values[name] }

    /// `page` and `itemsPerPage`.
    ///
    /// - Throws: ``APIProblem`` with status 400.
    func page() throws(APIProblem) -> PageRequest {
        PageRequest(
            page: try int("page", 1...Int(Int32.max)) ?? 1, itemsPerPage: try int("itemsPerPage", 1...1000) ?? PageRequest().itemsPerPage)
    }

    /// An integer of `range`; `nil` when it is not given.
    ///
    /// - Throws: ``APIProblem`` with status 400.
    func int(_ name: String, _ range: ClosedRange<Int>) throws(APIProblem) -> Int? {
        guard let text = values[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw bad(name, expected: "an integer from \(range.lowerBound) to \(range.upperBound)", found: text)
        }
        return value
    }

    /// An identifier; `nil` when it is not given.
    ///
    /// - Throws: ``APIProblem`` with status 400.
    func id(_ name: String) throws(APIProblem) -> UUID? {
        guard let text = values[name] else { return nil }
        guard let id = UUID(uuidString: text) else { throw bad(name, expected: "a UUID", found: text) }
        return id
    }

    /// A time; `nil` when it is not given.
    ///
    /// - Throws: ``APIProblem`` with status 400.
    func time(_ name: String) throws(APIProblem) -> Timestamp? {
        guard let text = values[name] else { return nil }
        guard let time = Timestamp(text) else { throw bad(name, expected: "a time such as 2026-01-01T00:00:00Z", found: text) }
        return time
    }

    /// One of the values of `Value`; `nil` when it is not given.
    ///
    /// - Throws: ``APIProblem`` with status 400.
    func one<Value: JSONEnumeration>(_ name: String, of type: Value.Type = Value.self) throws(APIProblem) -> Value? {
        guard let text = values[name] else { return nil }
        guard let value = Value(rawValue: text) else { throw bad(name, expected: "one of \(Self.list(Value.self))", found: text) }
        return value
    }

    /// Values of `Value`, separated by commas; empty when none is given.
    ///
    /// - Throws: ``APIProblem`` with status 400.
    func some<Value: JSONEnumeration>(_ name: String, of type: Value.Type = Value.self) throws(APIProblem) -> [Value] {
        guard let text = values[name] else { return [] }
        var found: [Value] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let value = Value(rawValue: String(part)) else {
                throw bad(name, expected: "\(Self.list(Value.self)), or several of these separated by commas", found: String(part))
            }
            found.append(value)
        }
        return found
    }

    private static func list<Value: JSONEnumeration>(_ type: Value.Type) -> String {
        Value.allCases.map(\.rawValue).joined(separator: ", ")
    }

    private func bad(_ name: String, expected: String, found: String) -> APIProblem {
        APIProblem(.badRequest, "The query parameter '\(name)' is wrong: expected \(expected), found '\(found.prefix(64))'.")
    }
}
