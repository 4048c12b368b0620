import MessageBus
import Testing

@testable import RabbitMQBus

@Suite struct BrokerAddressTests {
    @Test func everyPartIsReadAndDecoded() throws {
        var expected = try BrokerAddress("amqp://h")
        #expect(expected.user == "guest" && expected.password == "guest" && expected.port == 5672 && expected.virtualHost == "/")
        expected = try BrokerAddress("amqps://us%40er:p%3Aa%2Fs%25@[::1]:7777/v%2Fh")
        #expect(expected.usesTLS && expected.user == "us@er" && expected.password == "p:a/s%" && expected.host == "::1")
        #expect(expected.port == 7777 && expected.virtualHost == "v/h")
        #expect(try BrokerAddress("amqps://h/").port == 5671)
    }

    @Test(
        arguments: [
            "http://h", "amqp://", "amqp://:secret@", "amqp://u:secret%zz@h", "amqp://u:secret@h:0", "amqp://u:secret@h:x",
            "amqp://u:secret@h/a/b", "amqp://u:secret@h?x=1", "amqp://u:secret%ff@h", "amqp://u:secret%00@h",
        ])
    func whatIsWrongIsSaidWithoutThePassword(_ url: String) {
        let error = #expect(throws: BusError.self) { try RabbitMQConfiguration(url: url, connectionName: "x") }
        #expect(error?.code == .configuration)
        #expect(error.map { "\($0)".contains("secret") } == false)
    }

    @Test func noDescriptionContainsThePassword() throws {
        let configuration = try RabbitMQConfiguration(url: "amqp://u:secret@h", connectionName: "x")
        var text = "\(configuration) \(String(reflecting: configuration))"
        dump(configuration, to: &text)
        #expect(!text.contains("secret"))
    }
}

@Suite struct OutstandingTests {
    @Test func confirmsInAnyOrderSettleEveryTagOnce() {
        var random = SystemRandomNumberGenerator()
        var outstanding = Outstanding<Int>()
        var settled: [Int] = []
        var last: UInt64 = 0
        for _ in 0..<20_000 {
            if Bool.random(using: &random) || outstanding.isEmpty {
                last += 1
                outstanding.append(Int(last))
            } else {
                outstanding.settle(UInt64.random(in: 1...last, using: &random), multiple: Int.random(in: 0..<20, using: &random) == 0) {
                    settled.append($0)
                }
            }
        }
        outstanding.settle(0, multiple: true) { settled.append($0) }
        #expect(settled.sorted() == Array(1...Int(last)))
        #expect(outstanding.isEmpty)
    }

    @Test func unknownTagsAreIgnored() {
        var outstanding = Outstanding<Int>()
        outstanding.append(1)
        outstanding.settle(2, multiple: true) { _ in Issue.record("nothing has this tag") }
        outstanding.settle(0, multiple: false) { _ in Issue.record("nothing has this tag") }
        #expect(outstanding.count == 1)
    }
}

@Suite struct SettlementTrackerTests {
    private func expectFlush(_ tracker: inout SettlementTracker, _ frames: [AckFrame]) {
        let flushed = tracker.flush()
        #expect(flushed == frames)
    }

    private func expectNoted(_ isNoted: Bool) { #expect(isNoted) }

    @Test func acknowledgementsAreJoinedAndGapsAreLeftOpen() {
        var tracker = SettlementTracker()
        for _ in 1...6 { tracker.delivered() }
        expectFlush(&tracker, [])
        let noted = [2, 1, 4, 6, 4, 0, 7].map { tracker.acknowledge($0) }
        #expect(noted == [true, true, true, true, false, false, false])
        expectFlush(&tracker, [.upTo(2), .one(4), .one(6)])
        expectNoted(tracker.reject(3))
        expectFlush(&tracker, [])
        expectNoted(tracker.acknowledge(5))
        expectFlush(&tracker, [.upTo(5)])
        #expect(tracker.openCount == 0)
    }

    @Test func everyTagIsAcknowledgedExactlyOnce() {
        var random = SystemRandomNumberGenerator()
        var tracker = SettlementTracker()
        var open: Set<UInt64> = []
        var unknownToBroker: Set<UInt64> = []
        func apply(_ frames: [AckFrame]) {
            for frame in frames {
                switch frame {
                case .one(let tag):
                    let wasUnknown = unknownToBroker.remove(tag) != nil
                    #expect(wasUnknown && !open.contains(tag))
                case .upTo(let tag):
                    #expect(unknownToBroker.contains(tag))
                    #expect(!open.contains { $0 <= tag })
                    unknownToBroker = unknownToBroker.filter { $0 > tag }
                }
            }
        }
        for tag in UInt64(1)...5000 {
            tracker.delivered()
            open.insert(tag)
            unknownToBroker.insert(tag)
            while open.count > 20, let settled = open.randomElement(using: &random) {
                open.remove(settled)
                if Int.random(in: 0..<10, using: &random) == 0 {
                    expectNoted(tracker.reject(settled))
                    unknownToBroker.remove(settled)
                } else {
                    expectNoted(tracker.acknowledge(settled))
                }
            }
            if tag % 7 == 0 {
                apply(tracker.flush())
                #expect(unknownToBroker == open)
            }
        }
    }
}

@Suite struct BackoffTests {
    @Test func pausesDoubleUpToTheBoundAndKeepTheirJitter() {
        var backoff = Backoff(minimum: .milliseconds(50), maximum: .seconds(5))
        let pauses = (0..<10).map { _ in backoff.next(share: 1) }
        #expect(pauses.prefix(3) == [.milliseconds(50), .milliseconds(100), .milliseconds(200)])
        #expect(pauses.last == .seconds(5))
        let shortest = backoff.next(share: 0)
        #expect(shortest == .milliseconds(2500))
        backoff.reset()
        let first = backoff.next(share: 0)
        #expect(first == .milliseconds(25))
    }
}
