internal import JSON

/// Looks at an instance again and again until it is over.
struct InstanceFollower: Sendable {
    let client: CourierClient
    let context: CommandContext
    let instanceID: String
    /// The instance was asked for a moment ago: that the server does not know it means that it is still on its way.
    let isExpected: Bool
    /// How often in a row the server may be out of reach before the command gives up: about half a minute of pauses.
    var patience = 30

    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(1)

    /// Shows progress until the instance is over, and returns its last state.
    ///
    /// - Throws: `CommandFailure`: `interrupted` after Ctrl-C, `unreachable` when the server stays away. The instance goes on in both cases.
    func follow() async throws -> JSONNode {
        let follower = self
        return try await context.untilInterrupted(
            saying: "no longer following; the job goes on. Follow it again: courier instances watch \(instanceID); "
                + "stop it: courier instances cancel \(instanceID)"
        ) {
            try await follower.poll()
        }
    }

    private func poll() async throws -> JSONNode {
        var view = ProgressView(context.console)
        var pause = Self.shortestPause
        var failures = 0
        var wasSeen = false
        while true {
            do {
                let instance = try await client.item("GET", "instances/\(PercentEncoding.encode(instanceID))")
                failures = 0
                wasSeen = true
                let progress = InstanceProgress(instance)
                try await view.show(progress)
                if progress.isOver {
                    try await view.finish()
                    return instance
                }
            } catch let problem as Problem where problem.status == 404 && isExpected && !wasSeen {
                try await view.show("waiting for the instance to be scheduled")
            } catch  where Self.mayPass(error) && failures < patience && (wasSeen || isExpected) {
                failures += 1
                try await view.show("the server does not answer, trying again")
            } catch {
                try? await view.finish()
                throw error
            }
            try await context.sleep(pause)
            pause = min(pause * 1.5, Self.longestPause)
        }
    }

    /// A server that is being restarted comes back; one that refuses does not change its mind.
    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case is CourierClient.Unreachable: true
        case let problem as Problem: problem.isTemporary
        default: false
        }
    }
}
