import FoundationEssentials
import JobModel
import Messages
import ServiceKit

extension ResolverState {
    // MARK: Machines

    /// Makes the machine a node, or finds that it is one.
    ///
    /// Whoever asked may not have got the answer, and asks again: until the node has checked in, that is the same enrolment and takes no second use
    /// of the key. Afterwards it does, or a used-up token that still lies about on a machine would give the machine's account away.
    mutating func enrol(_ request: EnrolmentRequest, at now: Timestamp, effects: inout Effects<ResolverState>) -> ResolverReply {
        if let problem = Self.problem(with: request) { return .refused(problem) }
        guard let key = key(ofDigest: request.tokenDigest) else { return Self.refuse("it is not known") }
        let known = node(ofMachine: request.machineID)
        let isRepeated = known.map { $0.enrolmentKey == key.name && $0.enrolledAt >= key.createdAt && !$0.isInService } ?? false
        switch key.status(at: now) {
        case .active: break
        case .usedUp where isRepeated: break
        case .usedUp: return Self.refuse("the key '\(key.name)' has enrolled as many machines as it may")
        case .expired: return Self.refuse("the key '\(key.name)' has expired")
        case .revoked: return Self.refuse("the key '\(key.name)' was revoked")
        }
        var node =
            known
            ?? Node(
                id: request.newNodeID, machineID: request.machineID, hostname: request.hostname, attributes: [:], enrolledAt: now,
                enrolmentKey: key.name)
        node.hostname = request.hostname
        node.attributes[Node.agentNamespace] = request.attributes
        node.status = .enrolled
        node.enrolledAt = now
        node.enrolmentKey = key.name
        record(.nodeStored(node), in: &effects)
        if !isRepeated, key.usesLeft != nil { record(.keyUsed(key.name), in: &effects) }
        return .enrolled(node.id)
    }

    private static func refuse(_ reason: String) -> ResolverReply {
        .refused(QueryProblem(status: 403, detail: "the enrolment token is not good: \(reason)"))
    }

    private static func problem(with request: EnrolmentRequest) -> QueryProblem? {
        guard Node.isMachineID(request.machineID) else {
            return QueryProblem(
                status: 422, detail: "machineId: expected 1 to 256 bytes, found \(request.machineID.utf8.count)")
        }
        guard Node.isHostname(request.hostname) else {
            return QueryProblem(status: 422, detail: "hostname: expected 1 to 253 bytes, found \(request.hostname.utf8.count)")
        }
        let size = request.attributes.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= ResolverInput.largestCheckIn else {
            return QueryProblem(
                status: 422, detail: "attributes: expected at most \(ResolverInput.largestCheckIn) bytes in all, found \(size)")
        }
        return nil
    }

    // MARK: Keys

    mutating func createKey(
        _ message: EnrolmentKeyCreate, digest: String, at now: Timestamp, effects: inout Effects<ResolverState>
    ) -> ResolverReply {
        guard EnrolmentKey.isName(message.keyName) else {
            return .refused(
                QueryProblem(
                    status: 422, detail: "name: expected 1 to 64 letters, digits, '.', '_' and '-', found '\(message.keyName.prefix(80))'"))
        }
        if let uses = message.uses, uses < 1 {
            return .refused(QueryProblem(status: 422, detail: "uses: expected at least 1, found \(uses)"))
        }
        if let expiresAt = message.expiresAt, expiresAt <= now {
            return .refused(QueryProblem(status: 422, detail: "expiresAt: expected a time after \(now), found \(expiresAt)"))
        }
        if let existing = keys[message.keyName], !existing.isRevoked {
            let detail = "there is an enrolment key named '\(message.keyName)'; delete it first or choose another name"
            return .refused(QueryProblem(status: 409, detail: detail))
        }
        let key = EnrolmentKey(
            name: message.keyName, tokenDigest: digest, usesLeft: message.uses, expiresAt: message.expiresAt, createdAt: now)
        record(.keyStored(key), in: &effects)
        return .key(key)
    }

    mutating func deleteKey(_ name: String, effects: inout Effects<ResolverState>) -> ResolverReply {
        guard let key = keys[name] else {
            return .refused(QueryProblem(status: 404, detail: "there is no enrolment key named '\(name.prefix(80))'"))
        }
        if !key.isRevoked { record(.keyRevoked(name), in: &effects) }
        return .key(keys[name] ?? key)
    }
}

extension Node {
    /// Whether a machine can be known by `text`: 1 to 256 bytes.
    static func isMachineID(_ text: String) -> Bool { (1...256).contains(text.utf8.count) }

    /// Whether a machine can have the name `text`: 1 to 253 bytes.
    static func isHostname(_ text: String) -> Bool { (1...253).contains(text.utf8.count) }
}
