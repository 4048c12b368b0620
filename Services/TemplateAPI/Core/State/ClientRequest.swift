import FoundationEssentials
import JobModel
import ServiceKit

/// Who asks for something, and under which key the same may be asked again.
public struct ClientRequest: Sendable {
    /// The name of the token.
    public var actor: String
    /// The client's key and the hash of what it asks for.
    public var idempotency: (key: String, body: SHA256Hash)?

    /// A request of `actor`.
    public init(actor: String, idempotency: (key: String, body: SHA256Hash)? = nil) {
        self.actor = actor
        self.idempotency = idempotency
    }

    /// Clients do not see each other's keys.
    var key: String? { idempotency.map { "\(actor)/\($0.key)" } }
}

extension APIState {
    /// Answers a request whose key is known, with what was answered then or a refusal; `false` for a new one.
    mutating func repeats(_ request: ClientRequest, _ action: String, at now: Timestamp, effects: inout Effects<APIState>) -> Bool {
        guard let key = request.key, let known = keys.entry(key, at: now) else { return false }
        // The audit entry makes the answer wait for the disk, behind what it repeats.
        record(.audited(AuditEntry(at: now, actor: request.actor, action: action, subject: known.subject)), in: &effects)
        let isSame = known.body == request.idempotency?.body
        effects.answer(isSame ? .answered(known.subject, known.answer) : .refused(.keyReused))
        return true
    }

    /// Keeps the answer for as long as the key holds.
    mutating func remember(
        _ request: ClientRequest, about subject: UUID, _ answer: [UInt8], at now: Timestamp, effects: inout Effects<APIState>
    ) {
        guard let key = request.key, let idempotency = request.idempotency else { return }
        record(.key(IdempotencyEntry(key: key, body: idempotency.body, subject: subject, answer: answer, at: now)), in: &effects)
    }
}
