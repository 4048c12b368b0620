/// One record as it is read back at recovery.
public struct StoreRecord: Sendable {
    /// The place in the order of appends, from 1 without gaps. Records of a snapshot all carry the sequence the snapshot covers.
    public let sequence: UInt64
    /// One JSON value, exactly the bytes appended (or what the migrations made of them); no line feed. Not checked to be JSON.
    public let body: [UInt8]
    /// Where it stands, for error messages.
    public let source: RecordSource

    /// Makes a record, as a driver does.
    public init(sequence: UInt64, body: [UInt8], source: RecordSource) {
        self.sequence = sequence
        self.body = body
        self.source = source
    }
}

extension StoreRecord {
    /// Calls `apply`; what it throws is thrown on with the record's place.
    func handed(to apply: (StoreRecord) throws -> Void) throws(StoreError) {
        do {
            try apply(self)
        } catch {
            throw .refused(self, error)
        }
    }
}

/// A place in a store's files.
public struct RecordSource: Sendable, Hashable, CustomStringConvertible {
    /// The file's path, or what the driver names the place.
    public let file: String
    /// The line, counted from 1.
    public let line: Int

    /// Makes a place; `line` is counted from 1.
    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// `file:line`.
    public var description: String { "\(file):\(line)" }
}
