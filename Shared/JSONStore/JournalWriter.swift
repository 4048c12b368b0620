/// Writes the journal's files: batches that are made durable with one write and one sync, each file ended before it grows too large.
///
/// Used by one thread; after an error it must not be used again.
struct JournalWriter {
    private let directory: String
    private let format: StoreFormat
    private let options: StoreOptions
    private let fileSystem: any FileSystem

    private var file: OpenFile
    /// The first sequence of the current file.
    private(set) var first: UInt64
    /// The sequence the next record gets.
    private(set) var next: UInt64
    /// Bytes in the current file.
    private(set) var size: Int
    private var isCurrent: Bool
    private var reserved = 0
    private var buffer: [UInt8] = []
    private var startsWrite = true

    /// A batch is handed to the system in pieces of about this size.
    private static let piece = 4 << 20

    /// Makes the first file of a new journal.
    init(newIn directory: String, format: StoreFormat, options: StoreOptions, fileSystem: any FileSystem) throws(StoreError) {
        (file, size) = try Self.makeFile(first: 1, in: directory, format: format, fileSystem: fileSystem)
        first = 1
        next = 1
        isCurrent = true
        self.directory = directory
        self.format = format
        self.options = options
        self.fileSystem = fileSystem
    }

    /// Goes on where the journal ends: cuts off what was torn, and makes durable what was read.
    init(
        resuming tail: RecoveryReader.Tail, in directory: String, format: StoreFormat, options: StoreOptions, fileSystem: any FileSystem
    ) throws(StoreError) {
        self.directory = directory
        self.format = format
        self.options = options
        self.fileSystem = fileSystem
        first = tail.first
        next = tail.next
        isCurrent = tail.isCurrent
        if tail.bytes == 0 {
            (file, size) = try Self.makeFile(first: first, in: directory, format: format, fileSystem: fileSystem)
        } else {
            file = try fileSystem.open("\(directory)/\(StoreFiles.segment(first: first))", .update)
            size = tail.bytes
            if tail.excess > 0 { try fileSystem.truncate(file, to: size) }
            try rewrite()
            try fileSystem.sync(file)
            try fileSystem.syncDirectory(directory)
        }
    }

    /// Writes the file's bytes over themselves. After a failed sync the system takes pages for clean that never reached the disk: they
    /// read back well, and no sync would write them. Written again, they are dirty again, and the next sync really carries them.
    private func rewrite() throws(StoreError) {
        var offset = 0
        while offset < size {
            let bytes = try fileSystem.readFully(file, at: offset, count: min(Self.piece, size - offset))
            guard !bytes.isEmpty else { return }
            try fileSystem.writeAll(bytes, to: file, at: offset)
            offset += bytes.count
        }
    }

    /// Takes a record into the batch.
    mutating func add(_ record: [UInt8]) throws(StoreError) {
        Envelope.append(.record, sequence: next, startsWrite: startsWrite, body: record, to: &buffer)
        startsWrite = false
        next += 1
        if buffer.count >= Self.piece { try flush() }
    }

    /// Makes the batch durable; false when there was none.
    mutating func commit() throws(StoreError) -> Bool {
        guard !startsWrite else { return false }
        try flush()
        try fileSystem.sync(file)
        startsWrite = true
        return true
    }

    /// Whether the current file is due to be ended.
    var isFull: Bool { size >= options.segmentBytes }

    /// Lets the journal go on in a new file, so that the current one can be removed one day; everything must be committed. Does nothing
    /// while the current file has no record.
    mutating func rotate() throws(StoreError) {
        guard next > first || !isCurrent else { return }
        let ended = file
        let endedSize = size
        let isReplaced = next == first
        (file, size) = try Self.makeFile(first: next, in: directory, format: format, fileSystem: fileSystem)
        first = next
        isCurrent = true
        reserved = 0
        guard !isReplaced else { return }
        // Only now that the next file is there: an ended file says that one must follow.
        var line: [UInt8] = []
        Envelope.append(.end, sequence: next, startsWrite: true, body: Array("{\"next\":\(next)}".utf8), to: &line)
        try fileSystem.writeAll(line, to: ended, at: endedSize)
        try fileSystem.truncate(ended, to: endedSize + line.count)
        try fileSystem.sync(ended)
    }

    /// Gives back what was reserved.
    func close() throws(StoreError) {
        if reserved > 0 { try fileSystem.truncate(file, to: size) }
    }

    private mutating func flush() throws(StoreError) {
        if options.preallocation > 0, size + buffer.count > reserved {
            let start = max(reserved, size)
            let steps = (size + buffer.count - start) / options.preallocation + 1
            try fileSystem.reserve(file, from: start, count: steps * options.preallocation)
            reserved = start + steps * options.preallocation
        }
        try fileSystem.writeAll(buffer, to: file, at: size)
        size += buffer.count
        // Batches are small nearly always: what a rare large one took is given back.
        buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 20)
    }

    /// The file appears in the directory under its name with a whole header, or not at all.
    private static func makeFile(
        first: UInt64, in directory: String, format: StoreFormat, fileSystem: any FileSystem
    ) throws(StoreError) -> (OpenFile, size: Int) {
        let path = "\(directory)/\(StoreFiles.segment(first: first))"
        let aside = try fileSystem.open(path + StoreFiles.asideSuffix, .replace)
        var line: [UInt8] = []
        Envelope.append(
            .header, sequence: 0, startsWrite: true, body: FileHeader(format: format, role: .segment(first: first)).body, to: &line)
        try fileSystem.writeAll(line, to: aside, at: 0)
        try fileSystem.sync(aside)
        try fileSystem.rename(aside.path, to: path)
        try fileSystem.syncDirectory(directory)
        return (try fileSystem.open(path, .update), line.count)
    }
}
