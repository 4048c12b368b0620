import MessageBus

/// The connection cannot be used any more, or could not be made.
struct LinkFailure: Error {
    let reason: String
    /// The broker knows this client and does not want it.
    var isRefusal = false
}

/// The broker closed a channel over something it was asked for.
struct ChannelRefusal: Error {
    let code: UInt16
    let text: String

    /// Whether it is the broker's, which has closed the channel then; a code of 0 is ours.
    var isByBroker: Bool { code != 0 }

    /// The refusal in the bus's terms.
    func error(about subject: String) -> BusError {
        let kind: BusError.Code =
            switch code {
            case 403: .accessRefused
            case 404: .notFound
            case 406: .preconditionFailed
            default: .other
            }
        return BusError(kind, subject: subject, reason: text)
    }
}

/// How an operation on a channel ends when it does not succeed.
enum OperationFailure: Error {
    case link(LinkFailure)
    case channel(ChannelRefusal)
}
