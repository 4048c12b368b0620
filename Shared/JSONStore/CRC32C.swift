/// CRC-32C (Castagnoli, as in iSCSI and ext4), eight bytes a step.
struct CRC32C {
    private var register: UInt32 = ~0

    /// The checksum of everything added so far.
    var value: UInt32 { ~register }

    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc = CRC32C()
        crc.add(bytes)
        return crc.value
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard var next = bytes.baseAddress else { return }
        var left = bytes.count
        register = Self.tables.withUnsafeBufferPointer { table in
            var crc = UInt64(register)
            while left >= 8 {
                let word = UInt64(littleEndian: next.loadUnaligned(as: UInt64.self)) ^ crc
                let low =
                    table[0x700 + Int(word & 0xFF)] ^ table[0x600 + Int(word >> 8 & 0xFF)] ^ table[0x500 + Int(word >> 16 & 0xFF)]
                    ^ table[0x400 + Int(word >> 24 & 0xFF)]
                let high =
                    table[0x300 + Int(word >> 32 & 0xFF)] ^ table[0x200 + Int(word >> 40 & 0xFF)] ^ table[0x100 + Int(word >> 48 & 0xFF)]
                    ^ table[Int(word >> 56)]
                crc = UInt64(low ^ high)
                next += 8
                left -= 8
            }
            var narrow = UInt32(truncatingIfNeeded: crc)
            while left > 0 {
                narrow = narrow >> 8 ^ table[Int(UInt8(truncatingIfNeeded: narrow) ^ next.load(as: UInt8.self))]
                next += 1
                left -= 1
            }
            return narrow
        }
    }

    /// Eight tables of 256: the n-th advances a byte over n further zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            tables[byte] = crc
        }
        for index in 256..<tables.count {
            let shorter = tables[index - 256]
            tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xFF)]
        }
        return tables
    }()
}
