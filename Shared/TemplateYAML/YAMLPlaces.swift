internal import JSON

/// Where the values of a YAML document stand: turns the parser's marks, which count characters, into offsets in bytes and back into places.
struct YAMLPlaces: Sendable {
    private let bytes: [UInt8]
    private var character = 0
    private var byte = 0
    private var marks: [JSONPosition] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The offset of a mark. Marks come nearly in order, so that all of them together take time in proportion to the document.
    mutating func offset(character target: Int, line: Int, column: Int) -> Int {
        while character < target, byte < bytes.count {
            byte += 1
            while byte < bytes.count, bytes[byte] & 0xC0 == 0x80 { byte += 1 }
            character += 1
        }
        while character > target, byte > 0 {
            byte -= 1
            while byte > 0, bytes[byte] & 0xC0 == 0x80 { byte -= 1 }
            character -= 1
        }
        if marks.last.map({ $0.offset < byte }) ?? true { marks.append(JSONPosition(line: line + 1, column: column + 1, offset: byte)) }
        return byte
    }

    /// The last mark that does not stand behind `offset`.
    func position(of offset: Int) -> JSONPosition {
        var (low, high) = (0, marks.count)
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? marks[low - 1] : JSONPosition(line: 1, column: 1, offset: 0)
    }
}
