public import JSON
public import JobModel

/// `calendar.put`, API → scheduler: this global calendar is in force from now on; without rules, it is deleted.
public struct CalendarPut: Message, Hashable {
    /// The name on the wire.
    public static let name = "calendar.put"
    /// The calendar; one with a revision that is not newer than the known one is ignored.
    public var calendar: ExceptionCalendar

    /// `calendar` is in force.
    public init(_ calendar: ExceptionCalendar) {
        self.calendar = calendar
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        calendar.encode(to: &writer)
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        calendar = try ExceptionCalendar(from: &reader)
    }
}
