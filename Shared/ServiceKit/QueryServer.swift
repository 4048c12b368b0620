import JSON
public import Logging
public import MessageBus
import Messages

/// Answers the questions on one service's query queue, each in a task of its own.
///
/// A question is acknowledged before it is answered: an asker that got no answer asks again, and asking changes nothing.
public struct QueryServer: Sendable {
    /// Gives the JSON of the answer to a question. An error that is a ``QueryProblem`` is told to the asker, any other as a failure (500).
    public typealias Answer = @Sendable (Delivery) async throws -> [UInt8]

    private let queue: String
    private let logger: Logger
    private let answers: [String: Answer]

    /// A server of the questions named in `answers` on `queue`.
    public init(queue: String, logger: Logger, answers: [String: Answer]) {
        self.queue = queue
        self.logger = logger
        self.answers = answers
    }

    /// Answers until the task is cancelled or the bus is closed.
    ///
    /// - Throws: `BusError` when the queue cannot be consumed.
    public func run(on bus: any MessageBus) async throws {
        let subscription = try await bus.consume(queue, prefetch: 200)
        await withDiscardingTaskGroup { group in
            for await deliveries in subscription.batches {
                subscription.settle(deliveries.map(\.tag), .acknowledge)
                for delivery in deliveries {
                    group.addTask { await self.answer(delivery, on: bus) }
                }
            }
        }
        await subscription.cancel()
    }

    private func answer(_ delivery: Delivery, on bus: any MessageBus) async {
        do {
            guard let answer = answers[delivery.type] else {
                throw QueryProblem(status: 400, detail: "\(UnknownMessage(name: delivery.type, expected: answers.keys.sorted()))")
            }
            await bus.reply(to: delivery, type: QueryName.answer, body: try await answer(delivery))
        } catch let problem as QueryProblem {
            await bus.reply(to: delivery, type: QueryName.problem, body: problem.encoded())
        } catch let error as JSONError {
            let problem = QueryProblem(status: 400, detail: "the question cannot be read: \(error)")
            await bus.reply(to: delivery, type: QueryName.problem, body: problem.encoded())
        } catch {
            logger.error("A question could not be answered", metadata: ["type": "\(delivery.type)", "error": "\(error)"])
            await bus.reply(to: delivery, type: QueryName.problem, body: QueryProblem(status: 500, detail: "\(error)").encoded())
        }
    }
}
