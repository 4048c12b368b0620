internal import JSON

/// Follows an instance until it is over.
struct InstanceFollower: Sendable {
    let client: CourierClient
    let context: CommandContext
    let instanceID: String
    /// The instance was asked for a moment ago: that the server does not know it means that it is still on its way.
    let isExpected: Bool

    /// Shows progress until the instance is over, and returns its last state.
    ///
    /// - Throws: `CommandFailure`: `interrupted` after Ctrl-C, `unreachable` when the server stays away. The instance goes on in both cases.
    func follow() async throws -> JSONNode {
        let follower = self
        return try await context.untilInterrupted(
            saying: "no longer following; the job goes on. Follow it again: courier instances watch \(instanceID); "
                + "stop it: courier instances cancel \(instanceID)"
        ) {
            try await follower.showEvents()
        }
    }

    private func showEvents() async throws -> JSONNode {
        var view = ProgressView(context.console)
        let events = EventFollower(client: client, context: context, instanceID: instanceID, kinds: ["instance"], isExpected: isExpected)
        do {
            let final = try await events.follow { notice in
                switch notice {
                case .waiting: try await view.show("waiting for the instance to be scheduled")
                case .unreachable: try await view.show("the server does not answer, trying again")
                }
            } _: { event in
                try await view.show(InstanceProgress(event.data))
            }
            try await view.show(InstanceProgress(final))
            try await view.finish()
            return final
        } catch {
            try? await view.finish()
            throw error
        }
    }
}
