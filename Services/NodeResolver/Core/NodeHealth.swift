public import JobModel

/// How long a node has been silent. It is computed when somebody asks, never kept: silence is no event.
public enum NodeHealth: String, Sendable, CaseIterable, JSONEnumeration {
    /// Heard within three minutes: a node checks in every minute.
    case healthy
    /// Heard within a quarter of an hour.
    case late
    /// Not heard for longer.
    case lost

    /// The health of a node that was last heard `silence` ago; an enrolment counts as being heard.
    public init(silence: Duration) {
        if silence <= .seconds(180) {
            self = .healthy
        } else if silence <= .seconds(900) {
            self = .late
        } else {
            self = .lost
        }
    }
}
