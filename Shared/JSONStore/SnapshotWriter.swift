/// Writes a snapshot aside and puts it in place once it is whole and durable.
struct SnapshotWriter {
    private let directory: String
    private let sequence: UInt64
    private let fileSystem: any FileSystem
    private let file: OpenFile
    private var buffer: [UInt8] = []
    private var count: UInt64 = 0
    /// Bytes written so far.
    private(set) var size = 0
    private var synced = 0

    private static let piece = 1 << 20
    /// Synced in steps, so that a commit of the journal that comes meanwhile does not wait for the whole snapshot to reach the disk.
    private static let syncStep = 8 << 20

    init(covering sequence: UInt64, in directory: String, format: StoreFormat, fileSystem: any FileSystem) throws(StoreError) {
        self.directory = directory
        self.sequence = sequence
        self.fileSystem = fileSystem
        file = try fileSystem.open(Self.aside(sequence, in: directory), .replace)
        let header = FileHeader(format: format, role: .snapshot(covers: sequence))
        Envelope.append(.header, sequence: 0, body: header.body, to: &buffer)
    }

    mutating func add(_ record: [UInt8]) throws {
        try RecordRules.check(record)
        count += 1
        Envelope.append(.record, sequence: count, body: record, to: &buffer)
        if buffer.count >= Self.piece { try flush() }
    }

    /// Writes the end and makes the file durable, still aside.
    mutating func seal() throws(StoreError) {
        Envelope.append(.end, sequence: count + 1, body: Array("{\"records\":\(count)}".utf8), to: &buffer)
        try flush()
        try sync()
    }

    /// Gives the sealed file its name.
    func publish() throws(StoreError) {
        try fileSystem.rename(Self.aside(sequence, in: directory), to: "\(directory)/\(StoreFiles.snapshot(covering: sequence))")
        do {
            try fileSystem.syncDirectory(directory)
        } catch {
            throw error.final
        }
    }

    /// Removes what was written aside.
    func discard() { try? fileSystem.remove(Self.aside(sequence, in: directory)) }

    private mutating func flush() throws(StoreError) {
        try fileSystem.writeAll(buffer, to: file, at: size)
        size += buffer.count
        buffer.removeAll(keepingCapacity: true)
        if size - synced >= Self.syncStep { try sync() }
    }

    private mutating func sync() throws(StoreError) {
        do {
            try fileSystem.sync(file)
            synced = size
        } catch {
            throw error.final
        }
    }

    private static func aside(_ sequence: UInt64, in directory: String) -> String {
        "\(directory)/\(StoreFiles.snapshot(covering: sequence))\(StoreFiles.asideSuffix)"
    }
}
