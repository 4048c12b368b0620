import FoundationEssentials
public import Logging
public import ServiceKit

/// Logs and counts what the collector does about silent workers and instances that do not go on.
public struct HandOverReporter: Sendable {
    private let logger: Logger
    private let offered: Metrics.Counter
    private let givenUp: Metrics.Counter

    /// A reporter to `logger` and `metrics`.
    public init(logger: Logger, metrics: Metrics) {
        self.logger = logger
        offered = metrics.counter(
            "courier_instances_offered_again_total", help: "Instances offered again because a worker was lost or did not go on.")
        givenUp = metrics.counter(
            "courier_instances_given_up_total", help: "Instances ended because no worker brought them forward.")
    }

    /// Reports until the task is cancelled, whenever `engine` has committed something.
    public func run(_ engine: ServiceEngine<CollectorState>) async {
        var known = 0
        for await _ in await engine.commits() {
            let (notices, count) = await engine.read { [known] state in (state.watch.notices(after: known), state.watch.noticeCount) }
            known = count
            for notice in notices { report(notice) }
        }
    }

    private func report(_ notice: LeaseWatch.Notice) {
        (notice.isGivenUp ? givenUp : offered).add()
        logger.warning(
            notice.isGivenUp ? "An instance is given up" : "An instance is offered to the workers again",
            metadata: ["instance": "\(notice.instance.uuidString.lowercased())", "epoch": "\(notice.epoch)", "reason": "\(notice.reason)"])
    }
}
