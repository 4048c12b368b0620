/// A place in a document.
public struct JSONPosition: Sendable, Hashable, CustomStringConvertible {
    /// The line, from 1. Lines end with LF, CR or CR LF.
    public let line: Int

    /// The column in Unicode code points, from 1.
    public let column: Int

    /// The number of bytes before it.
    public let offset: Int

    /// A place whose line, column and offset are known.
    public init(line: Int, column: Int, offset: Int) {
        self.line = line
        self.column = column
        self.offset = offset
    }

    /// Finds the place `offset` bytes into `bytes`; an offset outside is moved to the nearest end. Takes time in proportion to the offset.
    public init(of offset: Int, in bytes: [UInt8]) {
        self = JSONPosition(line: 1, column: 1, offset: 0).advanced(to: offset, in: bytes)
    }

    /// `line 3, column 14 (offset 52)`.
    public var description: String {
        "line \(line), column \(column) (offset \(offset))"
    }

    /// The place `target` bytes into `bytes`, counted on from this place.
    func advanced(to target: Int, in bytes: [UInt8]) -> JSONPosition {
        let target = min(max(target, offset), bytes.count)
        var line = line
        var column = column
        bytes.withUnsafeBufferPointer { bytes in
            for index in offset..<target {
                let byte = bytes[index]
                if byte == UInt8(ascii: "\n") {
                    line += 1
                    column = 1
                } else if byte == UInt8(ascii: "\r") {
                    // Of CR LF, the LF ends the line.
                    if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\n") { continue }
                    line += 1
                    column = 1
                } else if byte & 0xC0 != 0x80 {
                    column += 1
                }
            }
        }
        return JSONPosition(line: line, column: column, offset: target)
    }
}
