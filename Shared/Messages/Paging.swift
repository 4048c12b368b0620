public import JSON
public import JobModel

/// Which page of a list, and how long pages are.
public struct PageRequest: JSONCodable, Sendable, Hashable {
    /// From 1.
    public var page: Int
    /// 1 to 1,000.
    public var itemsPerPage: Int

    /// A page; values out of range are brought to the nearest bound.
    public init(page: Int = 1, itemsPerPage: Int = 50) {
        self.page = max(1, page)
        self.itemsPerPage = min(max(1, itemsPerPage), 1000)
    }

    /// The places of the page's items in a list of `total`.
    public func range(of total: Int) -> Range<Int> {
        let (start, overflow) = (page - 1).multipliedReportingOverflow(by: itemsPerPage)
        guard !overflow, start < total else { return total..<total }
        return start..<min(total, start + itemsPerPage)
    }

    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("page", page)
            writer.field("itemsPerPage", itemsPerPage)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(page: try fields("page"), itemsPerPage: try fields("itemsPerPage"))
    }
}

/// A stretch of time: from its first instant to before its last; an end that is not given is open.
public struct TimeSpan: Sendable, Hashable {
    /// The first instant in it.
    public var from: Timestamp?
    /// The first instant after it.
    public var to: Timestamp?

    /// From `from` to before `to`.
    public init(from: Timestamp? = nil, to: Timestamp? = nil) {
        self.from = from
        self.to = to
    }

    /// Whether `time` is in it.
    public func contains(_ time: Timestamp) -> Bool {
        (from.map { time >= $0 } ?? true) && (to.map { time < $0 } ?? true)
    }
}

extension JSONWriter {
    /// Writes a page of a list: `{"items": […], "pagination": {"page", "itemsPerPage", "totalItems", "totalPages"}}`.
    public mutating func page(_ request: PageRequest, total: Int, items: (inout JSONWriter) -> Void) {
        object { writer in
            writer.key("items")
            writer.array { items(&$0) }
            writer.key("pagination")
            writer.object { writer in
                writer.field("page", request.page)
                writer.field("itemsPerPage", request.itemsPerPage)
                writer.field("totalItems", total)
                writer.field("totalPages", (total + request.itemsPerPage - 1) / request.itemsPerPage)
            }
        }
    }
}
