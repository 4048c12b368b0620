import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
import ServiceKit

/// What the worker says to runners, and in whose name it speaks of an instance.
extension WorkerState {
    func owner(_ id: UUID) -> Ownership {
        Ownership(instanceID: id, worker: name, epoch: instances[id]?.start.epoch ?? 0)
    }

    func sendExecute(_ run: Int, of instance: OwnedInstance, at now: Timestamp, effects: inout Effects<WorkerState>) {
        guard let deadline = instance.deadline(of: run), deadline > now else { return }
        effects.sendOnce(
            command(
                RunExecute.name, body: instance.body, digest: instance.digest, run: run, of: instance, expires: deadline,
                expiration: deadline - now))
    }

    /// Persistent: nothing says it again once the run is settled, and there are few.
    func sendCancel(_ run: Int, of id: UUID, reason: String, effects: inout Effects<WorkerState>) {
        guard let instance = instances[id], let deadline = instance.deadline(of: run) else { return }
        let body = RunCancel(instanceID: id, reason: reason).encoded()
        effects.sendOnce(
            command(
                RunCancel.name, body: body, digest: .init(of: body), run: run, of: instance, expires: deadline + .seconds(3600),
                expiration: .seconds(3600)))
    }

    private func command(
        _ type: String, body: [UInt8], digest: CommandAuthenticator.BodyDigest, run: Int, of instance: OwnedInstance, expires: Timestamp,
        expiration: Duration
    ) -> OutgoingMessage {
        let node = instance.progress?.node(of: run) ?? instance.id
        let runID = Identifiers.run(of: instance.id, on: node)
        let headers = CommandHeaders(
            runID: runID, nodeID: node, attempt: 1, expires: expires, owner: name, epoch: instance.start.epoch)
        let code = CommandAuthenticator(key: masterKey.commandKey(of: node)).code(name: type, headers: headers, body: digest)
        var messageHeaders = headers.messageHeaders(instance: instance.id, code: code)
        if type == RunExecute.name, let secrets = TemplateSealer(masterKey).header(for: instance.secretSalts, node: node) {
            messageHeaders[HeaderName.secrets] = .string(secrets)
        }
        return OutgoingMessage(
            id: Identifiers.command(of: runID, attempt: type == RunExecute.name ? 1 : -1), routingKey: Queues.node(node), type: type,
            headers: messageHeaders, body: body, persistent: type == RunCancel.name,
            expiration: expiration)
    }
}
