import FoundationEssentials
import MessageBus
import RabbitMQBus
import TestSupport
import Testing

extension RabbitMQTests {
    @Test func answersReachTheirQuestions() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { service in
            let queue = freshQueue("questions")
            try await service.declare(Topology(queues: [QueueDefinition(name: queue, kind: .classic)]))
            let subscription = try await service.consume(queue, prefetch: 100)
            let answering = Task {
                for await batch in subscription.batches {
                    for question in batch.reversed() { await service.reply(to: question, type: "answer", body: question.body + [33]) }
                    subscription.settle(batch.map(\.tag), .acknowledge)
                }
            }
            defer { answering.cancel() }
            try await withBus(broker.url) { asker in
                let matched = try await within(.seconds(60), "200 answers") {
                    try await withThrowingTaskGroup(of: Bool.self) { group in
                        for number in 0..<200 {
                            group.addTask {
                                var question = message(to: queue)
                                question.body = Array("\(number)".utf8)
                                question.correlationID = "mine \(number)"
                                let answer = try await asker.request(question, timeout: .seconds(30))
                                return answer.body == question.body + [33] && answer.correlationID == "mine \(number)"
                                    && answer.type == "answer"
                            }
                        }
                        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                    }
                }
                #expect(matched == 200)
            }
        }
    }

    @Test func questionsWithoutAnswerOrQueueEnd() async throws {
        let broker = try await SharedBroker.get()
        try await withBus(broker.url) { bus in
            let queue = freshQueue("silent")
            try await bus.declare(Topology(queues: [QueueDefinition(name: queue, kind: .classic)]))
            let late = await #expect(throws: BusError.self) { try await bus.request(message(to: queue), timeout: .milliseconds(200)) }
            #expect(late?.code == .timeout && late?.subject == queue)
            let lost = await #expect(throws: BusError.self) { try await bus.request(message(to: "nowhere"), timeout: .seconds(20)) }
            #expect(lost?.code == .notFound && lost?.subject == "nowhere")
        }
    }
}
