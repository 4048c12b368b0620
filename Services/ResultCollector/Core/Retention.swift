import FoundationEssentials
import JobModel
public import Logging
public import ServiceKit

/// How much is kept of what is over. Without any bound everything is.
public struct RetentionPolicy: Sendable, Hashable {
    /// Instances that were over this long ago go.
    public var age: Duration?
    /// So many finished instances are kept, the newest.
    public var instances: Int?
    /// Files of so many bytes in all are kept, the newest instances'.
    public var bytes: Int?

    /// Whatever the bounds, an instance is kept this long after its end: messages about it may still be on their way, and an instance that
    /// the collector does not know would be started again.
    public static let leastAge = Duration.seconds(3600)

    /// Keeps what the bounds allow; `nil` is no bound.
    public init(age: Duration? = nil, instances: Int? = nil, bytes: Int? = nil) {
        self.age = age
        self.instances = instances
        self.bytes = bytes
    }

    /// Whether anything may ever go.
    public var isBounded: Bool { age != nil || instances != nil || bytes != nil }

    /// The bytes that a text such as `500M` means: a whole number, and K, M, G or T for powers of 1,024; `nil` for anything else.
    public static func bytes(_ text: String) -> Int? {
        let factors: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let factor = text.last.flatMap { factors[$0] }
        let digits = factor == nil ? text[...] : text.dropLast()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor ?? 1)
        return overflow || bytes == 0 ? nil : bytes
    }

    /// The finished instances that have to go at `now`, oldest first, at most `limit`.
    func expired(in index: InstanceIndex, at now: Timestamp, limit: Int) -> [UUID] {
        guard isBounded else { return [] }
        var count = index.finishedCount
        var size = index.finishedBytes
        var expired: [UUID] = []
        for finished in index.entries.lazy.compactMap(\.finished) where expired.count < limit {
            let age = now - finished.endedAt
            guard age >= Self.leastAge else { continue }
            let isOld = self.age.map { age > $0 } ?? false
            guard isOld || count > instances ?? .max || size > bytes ?? .max else { continue }
            expired.append(finished.id)
            count -= 1
            size -= finished.bytes
        }
        return expired
    }
}

/// Applies the policy in the background, in small steps: what goes is forgotten in the journal first; the ``Archiver`` then removes its files.
public struct RetentionKeeper: Sendable {
    private let policy: RetentionPolicy
    private let engine: ServiceEngine<CollectorState>
    private let time: any TimeSource
    private let logger: Logger
    private let removed: Metrics.Counter

    /// How often it looks.
    private static let interval = Duration.seconds(60)
    /// Instances forgotten together, and the pause after them.
    private static let step = 100
    private static let pause = Duration.milliseconds(100)

    /// Keeps what `engine` knows within `policy`.
    public init(
        _ policy: RetentionPolicy, engine: ServiceEngine<CollectorState>, time: any TimeSource = SystemTime(), logger: Logger,
        metrics: Metrics
    ) {
        self.policy = policy
        self.engine = engine
        self.time = time
        self.logger = logger
        removed = metrics.counter("courier_instances_removed_total", help: "Finished instances removed by retention.")
    }

    /// Works until the task is cancelled.
    ///
    /// - Throws: `StoreError` when the journal cannot be written.
    public func run() async throws {
        while !Task.isCancelled {
            try await apply()
            try await time.sleep(until: time.now + Self.interval)
        }
    }

    /// Forgets all that has to go now.
    func apply() async throws {
        let (policy, now) = (policy, time.now)
        var total = 0
        while true {
            let ids = await engine.read { policy.expired(in: $0.index, at: now, limit: Self.step) }
            guard !ids.isEmpty else { break }
            try await engine.perform(.upkeep(Upkeep(.forget(ids))))
            removed.add(ids.count)
            total += ids.count
            try await time.sleep(until: time.now + Self.pause)
        }
        if total > 0 { logger.info("Removed finished instances that are not kept any longer", metadata: ["instances": "\(total)"]) }
    }
}
