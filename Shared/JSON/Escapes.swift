import Hexadecimal

/// Resolves the escapes of a string that has been found right.
enum Escapes {
    /// Writes the UTF-8 that `source` stands for and returns its length, which is at most that of `source`.
    static func resolve(_ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var read = 0
        var written = 0
        while read < source.count {
            let byte = source[read]
            guard byte == UInt8(ascii: "\\"), read + 1 < source.count else {
                target[written] = byte
                written += 1
                read += 1
                continue
            }
            let letter = source[read + 1]
            if letter == UInt8(ascii: "u") {
                let scalar = scalar(source, at: &read)
                for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    target[written] = unit
                    written += 1
                }
            } else {
                target[written] = short(letter)
                written += 1
                read += 2
            }
        }
        return written
    }

    private static func short(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    /// The code point of the `\u` at `read`, or of the two that make a surrogate pair; `read` goes behind it.
    private static func scalar(_ source: UnsafeBufferPointer<UInt8>, at read: inout Int) -> Unicode.Scalar {
        let first = unit(source, at: read)
        read += 6
        guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        let second = unit(source, at: read)
        read += 6
        return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF) ?? "\u{FFFD}"
    }

    private static func unit(_ source: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt32 {
        guard start + 6 <= source.count else { return 0xFFFD }
        var unit: UInt32 = 0
        for position in start + 2..<start + 6 { unit = unit << 4 | UInt32(Hex.digit(source[position]) & 0xF) }
        return unit
    }

    /// Writes the escape of a byte that needs one and returns its length, which is at most 6.
    static func write(_ byte: UInt8, to target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let letter: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter = byte
        case 0x08: letter = UInt8(ascii: "b")
        case 0x0C: letter = UInt8(ascii: "f")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0D: letter = UInt8(ascii: "r")
        case 0x09: letter = UInt8(ascii: "t")
        default:
            target[0] = UInt8(ascii: "\\")
            target[1] = UInt8(ascii: "u")
            target[2] = UInt8(ascii: "0")
            target[3] = UInt8(ascii: "0")
            target[4] = Hex.character(byte >> 4)
            target[5] = Hex.character(byte & 0xF)
            return 6
        }
        target[0] = UInt8(ascii: "\\")
        target[1] = letter
        return 2
    }
}
