/// Settings of a `FileStore`; the defaults suit every service.
public struct StoreOptions: Sendable, Hashable {
    /// A journal file is ended once it has this many bytes.
    public var segmentBytes: Int
    /// Disk space is reserved in steps of this many bytes ahead of the journal's end, which evens out the time of a sync; 0 for never.
    public var preallocation: Int
    /// How often a standby looks whether the directory is free.
    public var standbyInterval: Duration

    /// Makes settings; sizes in bytes.
    public init(segmentBytes: Int = 64 << 20, preallocation: Int = 8 << 20, standbyInterval: Duration = .milliseconds(250)) {
        self.segmentBytes = segmentBytes
        self.preallocation = preallocation
        self.standbyInterval = standbyInterval
    }
}

extension StoreOptions {
    func check() throws(StoreError) {
        guard segmentBytes > 0, preallocation >= 0, standbyInterval > .zero else {
            throw .invalid(
                expected: "segmentBytes and standbyInterval above 0, preallocation of at least 0",
                found: "\(segmentBytes), \(standbyInterval) and \(preallocation)")
        }
    }
}
