/// The calls to the operating system that the store makes, so that tests can count them, fail them and take away what was not synced.
///
/// Every call blocks, and every error names the path.
protocol FileSystem: Sendable {
    func open(_ path: String, _ mode: OpenMode) throws(StoreError) -> OpenFile
    func size(of file: OpenFile) throws(StoreError) -> Int
    /// Reads up to `buffer.count` bytes at the offset; 0 at the end of the file.
    func read(_ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) -> Int
    /// Writes some of the bytes at the offset and returns how many.
    func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int) throws(StoreError) -> Int
    /// Reserves space without changing the file's size, where the file system can.
    func reserve(_ file: OpenFile, from offset: Int, count: Int) throws(StoreError)
    /// Cuts the file to the size, and gives back what was reserved behind it.
    func truncate(_ file: OpenFile, to size: Int) throws(StoreError)
    /// Makes the file's content and size durable. An error is final: what was written since the last success may be lost, whatever a
    /// later call says.
    func sync(_ file: OpenFile) throws(StoreError)
    /// Makes the directory's entries durable.
    func syncDirectory(_ path: String) throws(StoreError)
    func rename(_ path: String, to newPath: String) throws(StoreError)
    func remove(_ path: String) throws(StoreError)
    func names(in directory: String) throws(StoreError) -> [String]
    /// Makes a directory that only its owner can use, or takes the others' permissions from the one there is; true when it was made.
    func makeDirectory(_ path: String) throws(StoreError) -> Bool
    /// Takes the exclusive lock that goes with the open file; false when another has it.
    func tryLock(_ file: OpenFile) throws(StoreError) -> Bool
    /// Whether the path still leads to the open file.
    func isCurrent(_ file: OpenFile) throws(StoreError) -> Bool
}

/// What a file is opened for.
enum OpenMode: Sendable {
    /// To be read; it must exist.
    case read
    /// To be changed; it must exist.
    case update
    /// To be written from the start; it is made, or emptied.
    case replace
    /// To be locked; it is made if need be.
    case lock
}

/// An open file; it is closed, and its lock given back, with the last reference.
final class OpenFile: Sendable {
    let descriptor: Int32
    let path: String
    private let close: @Sendable (Int32) -> Void

    init(descriptor: Int32, path: String, close: @escaping @Sendable (Int32) -> Void) {
        self.descriptor = descriptor
        self.path = path
        self.close = close
    }

    deinit { close(descriptor) }
}

extension FileSystem {
    /// Writes all of the bytes: the system may take them in parts.
    func writeAll(_ bytes: [UInt8], to file: OpenFile, at offset: Int) throws(StoreError) {
        var written = 0
        while written < bytes.count {
            let count = try bytes.withUnsafeBufferPointer { (all) throws(StoreError) -> Int in
                try write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[written...])), to: file, at: offset + written)
            }
            guard count > 0 else {
                throw StoreError(
                    .inputOutput, file: file.path, expected: "write to take some bytes", found: "none taken", advice: "check the disk")
            }
            written += count
        }
    }

    /// Reads up to `count` bytes at the offset; fewer only at the end of the file.
    func readFully(_ file: OpenFile, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let more = try bytes.withUnsafeMutableBufferPointer { (all) throws(StoreError) -> Int in
                try read(
                    file, into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: all[filled...])), at: offset + filled)
            }
            if more == 0 { break }
            filled += more
        }
        bytes.removeSubrange(filled...)
        return bytes
    }
}
