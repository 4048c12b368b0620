extension CommandContext {
    /// Runs `work` until it is done or Ctrl-C is pressed.
    ///
    /// - Parameter message: What is said when it was interrupted.
    /// - Throws: `CommandFailure` with the status `interrupted`, or what `work` throws.
    func untilInterrupted<T: Sendable>(
        saying message: String, _ work: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        let interrupts = interrupts()
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in interrupts { return nil }
                // The stream ends without an element when this task is cancelled; any other end must not end the work.
                try await Task.sleep(for: .seconds(86_400 * 365))
                return nil
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() ?? nil else { throw CommandFailure(.interrupted, message) }
            return result
        }
    }
}
