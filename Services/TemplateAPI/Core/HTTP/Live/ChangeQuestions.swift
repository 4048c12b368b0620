import FoundationEssentials
import JSON
import Messages
import NIOCore
import Synchronization

/// What the collector answered to a ``ChangesQuery``, as it goes to clients.
struct ChangesText: Sendable {
    /// What a client has when it has this.
    var revision: Int
    /// There is more at once.
    var hasMore: Bool
    /// Nothing will follow.
    var isOver: Bool
    /// The number of events.
    var count: Int
    /// The events.
    var text: ByteBuffer

    init(_ changes: InstanceChanges) {
        (revision, hasMore, isOver, count) = (changes.revision, changes.hasMore, changes.isOver, changes.events.count)
        text = ByteBuffer(bytes: ServerSentEvents.text(of: changes.events))
    }
}

/// Asks the collector what has changed; those who want to know the same share one question and its answer.
///
/// Clients of one instance that have all they could get want to know the same, so it costs the collector nothing how many they are.
final class ChangeQuestions: Sendable {
    private struct Pending {
        var waiting: [Int: CheckedContinuation<Result<ChangesText, any Error>?, Never>] = [:]
    }

    private struct Contents {
        var pending: [ChangesQuery: Pending] = [:]
        var lastNumber = 0
    }

    private let questions: ServiceQuestions
    private let contents = Mutex(Contents())

    init(_ questions: ServiceQuestions) {
        self.questions = questions
    }

    /// The answer to `query`.
    ///
    /// - Throws: `QueryProblem` when the collector refuses, ``APIProblem`` when it cannot be reached, `CancellationError`.
    func answer(to query: ChangesQuery) async throws -> ChangesText {
        let number = contents.withLock { contents in
            contents.lastNumber += 1
            return contents.lastNumber
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if !join(query, number, continuation) { continuation.resume(returning: nil) }
            }
        } onCancel: {
            contents.withLock { $0.pending[query]?.waiting.removeValue(forKey: number) }?.resume(returning: nil)
        }
        guard let result else { throw CancellationError() }
        return try result.get()
    }

    /// Waits for the answer with others, or asks; false when the task is cancelled.
    private func join(
        _ query: ChangesQuery, _ number: Int, _ continuation: CheckedContinuation<Result<ChangesText, any Error>?, Never>
    ) -> Bool {
        contents.withLock { contents in
            guard !Task.isCancelled else { return false }
            if contents.pending[query] == nil {
                contents.pending[query] = Pending()
                Task { await self.ask(query) }
            }
            contents.pending[query]?.waiting[number] = continuation
            return true
        }
    }

    private func ask(_ query: ChangesQuery) async {
        let result: Result<ChangesText, any Error>
        do {
            let answer = try await questions.ask(.collector, query)
            var reader = JSONReader(answer, limits: JSONLimits(bytes: .max))
            result = .success(ChangesText(try reader.decode()))
        } catch {
            result = .failure(error)
        }
        let pending = contents.withLock { $0.pending.removeValue(forKey: query) }
        for continuation in (pending?.waiting ?? [:]).values { continuation.resume(returning: result) }
    }
}
