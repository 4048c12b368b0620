import FoundationEssentials
import JSON
import JobModel
import MessageBus
import ServiceKit

/// The smallest service: adds what it is told, says every sum, and rings when it was told to.
struct Adder: ServiceState {
    enum Input: Sendable {
        case add(Int)
        case ring(at: Timestamp)
    }

    enum Event: Sendable, Equatable, JSONCodable {
        case added(Int)
        case alarm(Timestamp?)

        func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                switch self {
                case .added(let amount): writer.field("added", amount)
                case .alarm(let time): writer.field("alarm", time?.description ?? "")
                }
            }
        }

        init(from reader: inout JSONReader) throws {
            let fields = try reader.fields()
            if let amount: Int = try fields.optional("added") {
                self = .added(amount)
            } else {
                let text: String = try fields("alarm")
                self = .alarm(Timestamp(text))
            }
        }
    }

    var sum = 0
    var alarm: Timestamp?

    mutating func handle(_ input: Input, at now: Timestamp, effects: inout Effects<Adder>) {
        switch input {
        case .add(let amount):
            record(.added(amount), in: &effects)
            effects.send(Self.message("sum", sum))
            effects.answer(sum)
        case .ring(let time):
            record(.alarm(time), in: &effects)
        }
    }

    mutating func apply(_ event: Event) {
        switch event {
        case .added(let amount): sum += amount
        case .alarm(let time): alarm = time
        }
    }

    var nextDeadline: Timestamp? { alarm }

    mutating func wake(at now: Timestamp, effects: inout Effects<Adder>) {
        guard let due = alarm, due <= now else { return }
        record(.alarm(nil), in: &effects)
        effects.send(Self.message("alarm", sum))
    }

    mutating func resume(at now: Timestamp, effects: inout Effects<Adder>) {
        effects.sendOnce(Self.message("resumed", sum))
    }

    func snapshot() -> [Event] { [.added(sum), .alarm(alarm)] }

    typealias Reply = Int

    static func message(_ type: String, _ value: Int) -> OutgoingMessage {
        OutgoingMessage(id: UUID(), routingKey: "out", type: type, body: Array("\(value)".utf8), persistent: true)
    }
}
