import JSONStore
import Logging
import MessageBus
import ServiceKit
import Synchronization
import TestSupport
import Testing

/// A store whose disk takes nothing until it is let go; appends become durable in the order of the calls.
private final class HeldStore: StoreDriver {
    private let store = InMemoryStore()
    private let disk = StopSignal()
    private let last = Mutex<Task<UInt64, any Error>?>(nil)

    func letGo() { disk.give() }

    nonisolated(nonsending) func recover(_ apply: (StoreRecord) throws -> Void) async throws -> Recovery { try await store.recover(apply) }

    nonisolated(nonsending) func append(_ records: [[UInt8]]) async throws -> UInt64 {
        let append = last.withLock { last in
            let append = Task { [store, disk, last] in
                _ = try await last?.value
                await disk.wait()
                return try await store.append(records)
            }
            last = append
            return append
        }
        return try await append.value
    }

    nonisolated(nonsending) func snapshot(
        writing write: @escaping @Sendable (_ emit: (_ record: [UInt8]) throws -> Void) throws -> Void
    ) async throws -> UInt64 { try await store.snapshot(writing: write) }

    var usage: StoreUsage { store.usage }

    nonisolated(nonsending) func close() async { await store.close() }
}

@Suite(.timeLimit(.minutes(1))) struct DurableReadTests {
    @Test func whatWasSeenIsDurableWhenItIsTold() async throws {
        let store = HeldStore()
        let engine = ServiceEngine(
            Adder(), store: store, bus: InMemoryBus(InMemoryBroker()), time: ManualTime(),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await engine.recover()
        let adding = Task { try await engine.perform(.add(3)) }
        while await engine.read({ $0.sum }) == 0 { await Task.yield() }
        let isTold = Mutex(false)
        let reading = Task {
            let sum = try await engine.readDurable { $0.sum }
            isTold.withLock { $0 = true }
            return sum
        }
        for _ in 0..<1000 { await Task.yield() }
        #expect(!isTold.withLock { $0 })
        store.letGo()
        #expect(try await reading.value == 3)
        #expect(store.usage.lastSequence > 0)
        _ = try await adding.value
    }
}
