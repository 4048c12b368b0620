public import JSON
public import JobModel
import Recurrence

/// Occurrences that fell due and could not be judged at once: the scheduler was down or slow, the clock stepped forwards, or the job was paused,
/// ended or replaced before they had their turn. They are judged in order, a bounded number at a time.
public struct Arrears: Sendable, Hashable {
    /// The last second that is judged.
    public internal(set) var after: Int64
    /// The last of the occurrences.
    public let through: Int64
    /// One that is performed although it is late.
    public let makeUp: Int64?
    /// Occurrences from here on are performed.
    public let performFrom: Int64
    /// Occurrences before this are late.
    public let punctualFrom: Int64
    /// What a user made of the job since: nothing of them is performed any more.
    public internal(set) var stop: JobStatus?

    /// Why the occurrence at `second` is not performed; `nil` when it is.
    func reason(at second: Int64) -> NotPerformedReason? {
        if stop == nil, second == makeUp || second >= performFrom { return nil }
        guard second >= punctualFrom, let stop else { return .missed }
        return stop == .paused ? .paused : .cancelled
    }
}

extension Arrears {
    /// How late an occurrence may be started without counting as missed.
    static let tolerance: Duration = .seconds(60)
    /// How many windows are passed over in the search for the latest missed occurrence outside all of them.
    private static let maximumWindows = 100

    /// The occurrences of `version` after `after` up to `limit`, one of them at least, as the version's policy has them at `now`.
    init(_ version: JobVersion, _ calendars: ExceptionCalendars, after: Int64, limit: Int64, at now: Timestamp) {
        self.after = after
        through = version.recurrence?.previous(atOrBefore: limit) ?? limit
        punctualFrom = (now - Self.tolerance).secondsRoundedUp
        let window = min(max(version.missedPolicy.windowSeconds, 0), 1_000_000_000)
        let oldest = (now - .seconds(window)).secondsRoundedUp
        switch version.missedPolicy.action {
        case .skip:
            makeUp = nil
            performFrom = punctualFrom
        case .runOnce:
            makeUp = Self.latest(of: version, calendars, before: min(punctualFrom, through + 1), notBefore: max(after + 1, oldest))
            performFrom = punctualFrom
        case .runAll:
            makeUp = nil
            performFrom = min(punctualFrom, oldest)
        }
    }

    /// The latest occurrence before `end` that no window holds back; `nil` when it is before `begin`, or there is none.
    private static func latest(
        of version: JobVersion, _ calendars: ExceptionCalendars, before end: Int64, notBefore begin: Int64
    ) -> Int64? {
        var limit = end - 1
        for _ in 0..<maximumWindows {
            guard let second = version.recurrence?.previous(atOrBefore: limit), second >= begin else { return nil }
            guard let hit = version.exception(at: second, calendars) else { return second }
            limit = hit.start - 1
        }
        return nil
    }
}

extension Timestamp {
    /// Whole seconds since the epoch, rounded up.
    var secondsRoundedUp: Int64 {
        Timestamp(microseconds: microseconds + 999_999).seconds
    }
}

extension Arrears: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("after", after)
            writer.field("through", through)
            writer.field("makeUp", ifPresent: makeUp)
            writer.field("performFrom", performFrom)
            writer.field("punctualFrom", punctualFrom)
            writer.field("stop", ifPresent: stop)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        after = try fields("after")
        through = try fields("through")
        makeUp = try fields.optional("makeUp")
        performFrom = try fields("performFrom")
        punctualFrom = try fields("punctualFrom")
        stop = try fields.optional("stop")
    }
}
