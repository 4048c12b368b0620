public import JSON

/// Where a job runs.
public struct Target: Sendable, Hashable {
    /// How groups follow each other.
    public enum ExecutionType: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// One after the other, as long as each meets its criteria.
        case sequential
        /// Side by side, all judged at the end.
        case parallel
    }

    /// How groups follow each other.
    public var executionType: ExecutionType
    /// At least one.
    public var groups: [NodeGroup]
    /// Once more runs than this have failed, no new one starts; `nil`: never stop for that.
    public var maxFailures: Quantity?

    /// A target.
    public init(executionType: ExecutionType, groups: [NodeGroup], maxFailures: Quantity? = nil) {
        self.executionType = executionType
        self.groups = groups
        self.maxFailures = maxFailures
    }
}

/// A number of runs, or a share of a group's runs.
public struct Quantity: Sendable, Hashable {
    /// How `value` is meant.
    public enum Kind: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// So many.
        case number
        /// Of a hundred.
        case percent
    }

    /// How `value` is meant.
    public var type: Kind
    /// Not negative; at most 100 for a percentage.
    public var value: Int

    /// `value`, meant as `type`.
    public init(_ type: Kind, _ value: Int) {
        self.type = type
        self.value = value
    }

    /// As the size of a batch of a group of `nodes` nodes: a percentage is rounded down, the result at least 1 and at most the group.
    public func batchSize(of nodes: Int) -> Int {
        switch type {
        case .number: max(1, min(value, nodes))
        case .percent: max(1, share(of: nodes))
        }
    }

    /// As a bound on `total` runs: has `count` gone beyond it? A percentage is compared exactly.
    public func isExceeded(by count: Int, of total: Int) -> Bool {
        switch type {
        case .number: count > value
        case .percent: count.multipliedFullWidth(by: 100) > total.multipliedFullWidth(by: value)
        }
    }

    private func share(of nodes: Int) -> Int {
        let (product, overflow) = nodes.multipliedReportingOverflow(by: min(value, 100))
        return overflow ? nodes / 100 * min(value, 100) : product / 100
    }
}

/// Compares two full-width products of non-negative factors.
private func > (left: (high: Int, low: UInt), right: (high: Int, low: UInt)) -> Bool {
    left.high != right.high ? left.high > right.high : left.low > right.low
}

/// What must hold of a group's runs for the group to count as successful.
public struct SuccessCriterion: Sendable, Hashable {
    /// Which runs are counted.
    public enum Status: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// Those whose status is `success`.
        case success
        /// Those with any other terminal status.
        case failure
    }

    /// Which runs are counted.
    public var status: Status
    /// How many there must be at least; 0 means there must be none.
    public var numRuns: Quantity

    /// A criterion.
    public init(status: Status, numRuns: Quantity) {
        self.status = status
        self.numRuns = numRuns
    }

    /// Does it hold of `total` runs of which `succeeded` were successful? Percentages are compared exactly.
    public func isMet(succeeded: Int, total: Int) -> Bool {
        let count = status == .success ? succeeded : total - succeeded
        if numRuns.value == 0 { return count == 0 }
        switch numRuns.type {
        case .number: return count >= numRuns.value
        case .percent: return !(total.multipliedFullWidth(by: numRuns.value) > count.multipliedFullWidth(by: 100))
        }
    }
}

extension [SuccessCriterion] {
    /// The first criterion that does not hold; without criteria every run must succeed.
    public func firstUnmet(succeeded: Int, total: Int) -> SuccessCriterion? {
        let criteria = isEmpty ? [SuccessCriterion(status: .success, numRuns: Quantity(.percent, 100))] : self
        return criteria.first { !$0.isMet(succeeded: succeeded, total: total) }
    }
}

extension Target: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("executionType", executionType)
            writer.field("groups", groups)
            writer.field("maxFailures", ifPresent: maxFailures)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            executionType: try fields("executionType"), groups: try fields("groups"), maxFailures: try fields.optional("maxFailures"))
    }
}

extension Quantity: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("type", type)
            writer.field("value", value)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(try fields("type"), try fields("value"))
    }
}

extension SuccessCriterion: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("numRuns", numRuns)
            writer.field("status", status)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(status: try fields("status"), numRuns: try fields("numRuns"))
    }
}
