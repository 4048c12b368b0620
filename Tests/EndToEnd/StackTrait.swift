import Testing

/// Gives a suite a stack of its own for as long as its tests run.
struct StackTrait: SuiteTrait, TestScoping {
    let workers: Int
    let runners: Int
    let leaseSeconds: Int?

    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        guard test.isSuite else { return try await function() }
        try await Stack.with(workers: workers, runners: runners, leaseSeconds: leaseSeconds) { stack in
            try await Stack.$shared.withValue(stack) { try await function() }
        }
    }
}

extension Trait where Self == StackTrait {
    /// The suite's tests share a stack with so many workers and runners.
    static func stack(workers: Int = 1, runners: Int, leaseSeconds: Int? = nil) -> StackTrait {
        StackTrait(workers: workers, runners: runners, leaseSeconds: leaseSeconds)
    }
}
