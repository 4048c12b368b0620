internal import Dispatch

/// Runs calls that may block (files, a pager that does not read) away from the threads that Swift's tasks share.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "courier.blocking")

    static func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
