public import JSON
public import Recurrence

/// A global list of windows in which no occurrence of a job that opts in is performed.
public struct ExceptionCalendar: Sendable, Hashable {
    /// 1 to 128 characters; no other calendar has it.
    public var name: String
    /// 1 to 1,024 characters.
    public var description: String?
    /// A rule may name its start with a `DTSTART:` line; without one it starts when the calendar was last changed.
    public var exceptionRules: [ExceptionRule]
    /// The second of its last change.
    public var acceptedAt: Timestamp
    /// Grows with every change of the calendar.
    public var revision: Int

    /// A calendar as it is from `acceptedAt` on.
    public init(name: String, description: String? = nil, exceptionRules: [ExceptionRule], acceptedAt: Timestamp, revision: Int) {
        self.name = name
        self.description = description
        self.exceptionRules = exceptionRules
        self.acceptedAt = acceptedAt
        self.revision = revision
    }

    /// A calendar without rules is one that was deleted; what remains of it refuses an older change that comes late.
    public var isDeleted: Bool { exceptionRules.isEmpty }

    /// The rules, ready to be asked.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    public func exceptions() throws(RecurrenceError) -> [SchedulePreview.Exception] {
        var exceptions: [SchedulePreview.Exception] = []
        for rule in exceptionRules {
            guard let recurrence = try ScheduleText(parsing: rule.rrule).recurrence(accepted: acceptedAt.seconds) else { continue }
            exceptions.append(.init(text: rule.rrule, recurrence: recurrence, minutes: rule.duration, calendar: name))
        }
        return exceptions
    }
}

extension ExceptionCalendar: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("description", ifPresent: description)
            writer.field("exceptionRules", exceptionRules)
            writer.field("acceptedAt", acceptedAt)
            writer.field("revision", revision)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            name: try fields("name"), description: try fields.optional("description"), exceptionRules: try fields("exceptionRules"),
            acceptedAt: try fields("acceptedAt"), revision: try fields("revision"))
    }
}

/// The global calendars by name, ready to be asked.
public struct ExceptionCalendars: Sendable {
    private var calendars: [String: ExceptionCalendar] = [:]
    private var ready: [SchedulePreview.Exception] = []

    /// No calendars.
    public init() {}

    /// Every calendar, deleted ones included, by name.
    public var all: [ExceptionCalendar] { calendars.values.sorted { $0.name < $1.name } }

    /// The calendar of this name; `nil` when there is none or it was deleted.
    public subscript(name: String) -> ExceptionCalendar? {
        calendars[name].flatMap { $0.isDeleted ? nil : $0 }
    }

    /// The revision of the last change of this name; 0 when there never was one.
    public func revision(of name: String) -> Int { calendars[name]?.revision ?? 0 }

    /// The rules of all calendars, calendars by name.
    public var exceptions: [SchedulePreview.Exception] { ready }

    /// Whether `calendar` is newer than what is known under its name.
    public func isNews(_ calendar: ExceptionCalendar) -> Bool { calendar.revision > revision(of: calendar.name) }

    /// Puts `calendar` in place of what is known under its name. A rule that is none opens no windows: whoever accepts a calendar has checked it.
    public mutating func put(_ calendar: ExceptionCalendar) {
        calendars[calendar.name] = calendar
        ready = all.flatMap { (try? $0.exceptions()) ?? [] }
    }
}
