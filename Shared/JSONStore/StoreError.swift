/// Why the store refused or gave up: what was expected, what was found, where, and what to do about it.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, for callers that react differently to each.
    public enum Code: String, Sendable, Hashable {
        /// A file's content is not what was written: checksum, order, a missing line or a missing file.
        case damaged
        /// The directory belongs to another format.
        case otherFormat
        /// A file was written by a newer version of the format.
        case newerVersion
        /// A file is of an older version for which there is no migration, or the migration failed.
        case notMigrated
        /// The reader of the records could not use one of them; `cause` says why.
        case recordRefused
        /// A record, a name or an option that was handed in breaks the rules; nothing was written.
        case invalidArgument
        /// The file system reported an error; `systemError` is its number.
        case inputOutput
        /// The disk or the quota is full.
        case outOfSpace
        /// The operation needs `recover` to have ended first.
        case notRecovered
        /// `recover` was called a second time.
        case alreadyRecovered
        /// The store was closed.
        case closed
    }

    /// The kind of failure.
    public let code: Code
    /// The file or directory concerned, if any.
    public let file: String?
    /// The line in `file`, counted from 1, if one line is concerned.
    public let line: Int?
    /// What the store needed to find or to happen.
    public let expected: String
    /// What it found, or what happened.
    public let found: String
    /// What whoever operates the service can do.
    public let advice: String
    /// The `errno` of the failed call, if a call failed.
    public let systemError: Int32?
    /// The error thrown by code that was handed in (a migration, the reader of the records), if that is the reason.
    public let cause: (any Error)?
    /// Whether the store accepts nothing more since: the process is then expected to end, and a new one to recover. False for what was
    /// refused before anything was written, and for a snapshot that failed without harm to the journal.
    public internal(set) var isFinal = false

    /// Makes an error; `line` is counted from 1.
    public init(
        _ code: Code, file: String? = nil, line: Int? = nil, expected: String, found: String, advice: String, systemError: Int32? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.file = file
        self.line = line
        self.expected = expected
        self.found = found
        self.advice = advice
        self.systemError = systemError
        self.cause = cause
    }

    /// One line: `file:line: expected …, found …; advice`.
    public var description: String {
        var text = ""
        if let file {
            text += file
            if let line { text += ":\(line)" }
            text += ": "
        }
        return text + "expected \(expected), found \(found); \(advice)"
    }
}

extension StoreError {
    var final: StoreError {
        var error = self
        error.isFinal = true
        return error
    }

    static func damaged(_ file: String, line: Int, expected: String, found: String) -> StoreError {
        StoreError(.damaged, file: file, line: line, expected: expected, found: found, advice: Advice.forDamage(in: file, line: line))
    }

    static func invalid(expected: String, found: String) -> StoreError {
        StoreError(.invalidArgument, expected: expected, found: found, advice: "correct the caller; nothing was written")
    }

    static func refused(_ record: StoreRecord, _ cause: any Error) -> StoreError {
        StoreError(
            .recordRefused, file: record.source.file, line: record.source.line, expected: "a record this release understands",
            found: "\(cause)", advice: "start the release that wrote it, and report this; the files are as they were", cause: cause)
    }

    static let notRecovered = StoreError(
        .notRecovered, expected: "recover() to have ended before the first append", found: "a store that is not recovered",
        advice: "call recover() once after opening")
    static let alreadyRecovered = StoreError(
        .alreadyRecovered, expected: "one call of recover()", found: "a second one", advice: "open the store again to read it again")
    static let closed = StoreError(
        .closed, expected: "an open store", found: "a closed one", advice: "stop appending before closing, or open it again")
}

/// What to tell the operator about damaged files; the recipes are tested.
enum Advice {
    static func forDamage(in file: String, line: Int) -> String {
        guard file.contains(StoreFiles.segmentPrefix) else { return restore }
        return
            "restore the directory from a backup; or, to lose this line and everything after it, stop the service, keep a copy, reduce the "
            + "file to its first \(line - 1) lines (head -n \(line - 1)) and move any journal file with a higher number out of the directory"
    }

    static func forMissing(segment: String) -> String {
        "put the file back or restore the directory from a backup; or, to lose everything it held and everything after it, create \(segment) "
            + "as an empty file and move any journal file with a higher number out of the directory"
    }

    static let restore = "restore the directory from a backup; without one, move its files away to start empty"
}
