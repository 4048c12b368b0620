import MessageBus
import Testing

private func deliveries(_ tags: ClosedRange<UInt64>) -> [Delivery] {
    tags.map { Delivery(tag: $0, queue: "q", id: nil, type: "text", body: []) }
}

@Suite(.timeLimit(.minutes(1))) struct DeliveryBatchesTests {
    @Test func whatGatheredIsReadAtOnceAndInOrder() async {
        let batches = DeliveryBatches()
        for first in stride(from: UInt64(1), to: 31, by: 3) { batches.yield(deliveries(first...first + 2)) }
        var reader = batches.makeAsyncIterator()
        #expect(await reader.next()?.map(\.tag) == Array(1...30))
        batches.yield([])
        batches.yield(deliveries(31...31))
        #expect(await reader.next()?.map(\.tag) == [31])
    }

    @Test func whoWaitsIsGivenWhatComes() async {
        let batches = DeliveryBatches()
        let reading = Task {
            var tags: [UInt64] = []
            for await batch in batches { tags += batch.map(\.tag) }
            return tags
        }
        for tag in UInt64(1)...1000 {
            batches.yield(deliveries(tag...tag))
            if tag % 7 == 0 { await Task.yield() }
        }
        batches.finish()
        #expect(await reading.value == Array(1...1000))
    }

    @Test func theEndComesAfterWhatWaits() async {
        let batches = DeliveryBatches()
        batches.yield(deliveries(1...2))
        batches.finish()
        batches.yield(deliveries(3...3))
        var reader = batches.makeAsyncIterator()
        #expect(await reader.next()?.map(\.tag) == [1, 2])
        #expect(await reader.next() == nil)
        #expect(await reader.next() == nil)
    }

    @Test func aCancelledReaderReadsNoMore() async {
        let batches = DeliveryBatches()
        let reading = Task {
            var count = 0
            for await _ in batches { count += 1 }
            return count
        }
        reading.cancel()
        #expect(await reading.value == 0)
        batches.yield(deliveries(1...1))
        var reader = batches.makeAsyncIterator()
        #expect(await reader.next() == nil)
    }
}
