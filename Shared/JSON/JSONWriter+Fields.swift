extension JSONWriter {
    /// Writes a member: its key and its value.
    @inlinable
    public mutating func field(_ name: StaticString, _ value: some JSONEncodable) {
        key(name)
        value.encode(to: &self)
    }

    /// Writes a member when there is a value, and nothing when there is none.
    @inlinable
    public mutating func field(_ name: StaticString, ifPresent value: (some JSONEncodable)?) {
        guard let value else { return }
        key(name)
        value.encode(to: &self)
    }

    /// Writes a member whose value is `json`, which has to be one JSON value and is copied as it is.
    @inlinable
    public mutating func field(_ name: StaticString, raw json: [UInt8]) {
        key(name)
        raw(json)
    }
}
