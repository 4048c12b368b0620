/// The well-formedness of UTF-8 (Unicode 16, table 3-7).
enum UTF8Check {
    /// The length of the well-formed sequence of two to four bytes at `index`; 0 when there is none.
    static func length(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let left = bytes.count - index
        guard left >= 2 else { return 0 }
        let first = bytes[index]
        let second = bytes[index + 1]
        switch first {
        case 0xC2...0xDF:
            return isContinuation(second) ? 2 : 0
        case 0xE0...0xEF:
            let lowest: UInt8 = first == 0xE0 ? 0xA0 : 0x80
            let highest: UInt8 = first == 0xED ? 0x9F : 0xBF
            guard left >= 3, lowest <= second, second <= highest, isContinuation(bytes[index + 2]) else { return 0 }
            return 3
        case 0xF0...0xF4:
            let lowest: UInt8 = first == 0xF0 ? 0x90 : 0x80
            let highest: UInt8 = first == 0xF4 ? 0x8F : 0xBF
            guard left >= 4, lowest <= second, second <= highest, isContinuation(bytes[index + 2]), isContinuation(bytes[index + 3])
            else { return 0 }
            return 4
        default:
            return 0
        }
    }

    /// Why there is no well-formed sequence at `index`, where a byte of 0x80 or more stands.
    static func defect(_ bytes: [UInt8], at index: Int) -> String {
        let first = bytes[index]
        let second: UInt8 = index + 1 < bytes.count ? bytes[index + 1] : 0
        let name = "the byte 0x" + String(first, radix: 16, uppercase: true)
        switch first {
        case 0x80...0xBF: return "\(name), a continuation without a beginning"
        case 0xC0, 0xC1: return "\(name), which begins an overlong form"
        case 0xF5...0xFF: return "\(name), which UTF-8 never has"
        case 0xE0 where (0x80...0x9F).contains(second), 0xF0 where (0x80...0x8F).contains(second):
            return "\(name), which begins an overlong form"
        case 0xED where (0xA0...0xBF).contains(second): return "\(name), which begins a surrogate"
        case 0xF4 where (0x90...0xBF).contains(second): return "\(name), which begins a code point beyond U+10FFFF"
        default: return "\(name), a character cut short"
        }
    }

    private static func isContinuation(_ byte: UInt8) -> Bool {
        byte & 0xC0 == 0x80
    }
}
