import Logging
import MessageBus

/// Messages on their way to the broker, and what has become of them.
struct PublishingRound {
    /// What has to be sent, or sent again.
    private(set) var waiting: [PublishingLane.Item]
    /// Places in the outbox that are done with: confirmed, or given up.
    private(set) var confirmed: [UInt64] = []
    /// Whether a message that is not in the outbox was lost.
    private(set) var lostTransient = false

    private var returns = 0
    private let options: EngineOptions
    private let logger: Logger

    init(_ items: [PublishingLane.Item], options: EngineOptions, logger: Logger) {
        waiting = items
        self.options = options
        self.logger = logger
    }

    /// What waits, as it is handed to the broker.
    var parcels: [MessageBundle.Parcel] {
        MessageBundle.pack(waiting.map(\.message), limits: options.bundles)
    }

    /// Notes the outcome of each of `parcels`; what must be sent again waits.
    mutating func note(_ outcomes: [PublishOutcome], of parcels: [MessageBundle.Parcel]) {
        var again: [PublishingLane.Item] = []
        var wasReturned = false
        for (parcel, outcome) in zip(parcels, outcomes) {
            let items = parcel.parts.map { waiting[$0] }
            let places = items.compactMap(\.sequence)
            switch outcome {
            case .confirmed: confirmed.append(contentsOf: places)
            case .failed:
                again.append(contentsOf: items.filter { $0.sequence != nil })
                if places.count < items.count { lostTransient = true }
            case .refused(let reason):
                giveUp("A message can never be sent; it is given up", parcel, reason)
                confirmed.append(contentsOf: places)
            case .returned(let reason) where !places.isEmpty:
                wasReturned = true
                if returns < options.maximumReturns {
                    again.append(contentsOf: items)
                } else {
                    giveUp("No queue takes a message; it is given up", parcel, reason)
                    confirmed.append(contentsOf: places)
                }
            case .returned: break
            }
        }
        if wasReturned { returns += 1 }
        waiting = again
    }

    private func giveUp(_ what: Logger.Message, _ parcel: MessageBundle.Parcel, _ reason: String) {
        logger.error(what, metadata: ["to": "\(parcel.message.routingKey)", "messages": "\(parcel.parts.count)", "reason": "\(reason)"])
    }
}
