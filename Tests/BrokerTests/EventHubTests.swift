import Foundation
import MessageBus
import Synchronization
import Testing

@testable import RabbitMQBus

/// Telling listeners what happens to the connection.
@Suite(.timeLimit(.minutes(1))) struct EventHubTests {
    /// A listener is resumed while its task is being cancelled, which takes locks of the runtime in another order than telling it does.
    @Test func listenersMayLeaveWhileTheyAreTold() async throws {
        let hub = EventHub()
        let isOver = Atomic<Bool>(false)
        let ended = AsyncStream.makeStream(of: Void.self)
        // A thread as the connections have one: a task could be held up by what is looked for here.
        Thread.detachNewThread {
            var round = 0
            while !isOver.load(ordering: .relaxed) {
                round += 1
                hub.down(.publisher, reason: "round \(round)")
                for role in [EventHub.Role.publisher, .consumer] { hub.up(role) }
            }
            ended.continuation.finish()
        }
        for _ in 0..<20_000 {
            let listening = Task {
                for await event in hub.events() where event == .blocked(reason: "never") { return }
            }
            await Task.yield()
            listening.cancel()
            await listening.value
        }
        isOver.store(true, ordering: .relaxed)
        for await _ in ended.stream {}
        hub.close()
    }

    @Test func everyListenerHearsTheSameInTheSameOrder() async {
        let hub = EventHub()
        let streams = (0..<3).map { _ in hub.events() }
        for role in [EventHub.Role.publisher, .consumer] { hub.up(role) }
        hub.tell(.blocked(reason: "memory"))
        hub.down(.consumer, reason: "gone")
        hub.down(.publisher, reason: "gone")
        hub.up(.consumer)
        hub.up(.publisher)
        hub.close()
        for stream in streams {
            var heard: [BusEvent] = []
            for await event in stream { heard.append(event) }
            #expect(heard == [.connected, .blocked(reason: "memory"), .disconnected(reason: "gone"), .connected])
        }
    }
}
