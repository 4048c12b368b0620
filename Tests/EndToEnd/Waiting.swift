/// What a test waited for in vain, or could not do.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Asks again and again until `body` has an answer, and gives it.
///
/// Errors count as no answer yet: while services are killed and restarted, nobody can be asked for a moment.
///
/// - Throws: ``Trouble`` naming `what` and the last error, when there is no answer within `limit`.
func eventually<Value>(_ what: String, within limit: Duration = .seconds(30), _ body: () async throws -> Value?) async throws -> Value {
    let end = ContinuousClock.now + limit
    var last = "no answer"
    while true {
        do {
            if let value = try await body() { return value }
            last = "not so yet"
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            last = error is Trouble ? "\(error)" : String(reflecting: error)
        }
        guard ContinuousClock.now < end else { throw Trouble("\(what): not within \(limit); last: \(last)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// Waits until `body` holds; see above.
func eventually(_ what: String, within limit: Duration = .seconds(30), _ body: () async throws -> Bool) async throws {
    let _: Void = try await eventually(what, within: limit) { try await body() ? () : nil }
}
