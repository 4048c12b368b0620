/// One line of a file in its fixed form, readable with jq:
///
///     {"c":"1f2e3d4c","n":17,"s":1,"r":<body>}
///
/// `c` is the CRC-32C, in hexadecimal, of every byte that follows the comma behind it, up to the closing brace. `n` is the sequence.
/// `s` marks the first line of a write: when it was written, everything before it was durable. The body's key says what the line is:
/// `h` the header, `r` a record, `e` the end of a complete file. The body itself is not looked at.
enum Envelope {
    enum Kind: UInt8 {
        case header = 0x68
        case record = 0x72
        case end = 0x65
    }

    struct Line: Equatable {
        var kind: Kind
        var sequence: UInt64
        var startsWrite: Bool
        var body: Range<Int>
    }

    enum Defect: Error, Equatable {
        case form
        case checksum(written: UInt32, computed: UInt32)
    }

    /// Where the checksum's digits stand, and where the bytes it covers begin.
    private static let digits = 6..<14
    private static let covered = 16
    private static let opening = Array("{\"c\":\"00000000\",\"n\":".utf8)
    private static let mark = Array(",\"s\":1".utf8)
    private static let hexadecimal = Array("0123456789abcdef".utf8)

    /// Appends the line, its line feed included.
    static func append(_ kind: Kind, sequence: UInt64, startsWrite: Bool = false, body: [UInt8], to buffer: inout [UInt8]) {
        let start = buffer.count
        buffer.append(contentsOf: opening)
        append(decimal: sequence, to: &buffer)
        if startsWrite { buffer.append(contentsOf: mark) }
        buffer.append(UInt8(ascii: ","))
        buffer.append(UInt8(ascii: "\""))
        buffer.append(kind.rawValue)
        buffer.append(UInt8(ascii: "\""))
        buffer.append(UInt8(ascii: ":"))
        buffer.append(contentsOf: body)
        buffer.append(UInt8(ascii: "}"))
        let crc = buffer.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[(start + covered)...])) }
        write(hexadecimal: crc, to: &buffer, at: start + digits.lowerBound)
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Reads a line without its line feed. Only the exact form that `append` writes is accepted.
    static func parse(_ line: UnsafeRawBufferPointer) -> Result<Line, Defect> {
        guard line.count > covered, starts(line, with: opening, outside: digits) else { return .failure(.form) }
        guard let written = parse(hexadecimal: line) else { return .failure(.form) }
        let computed = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: line[covered...]))
        guard written == computed else { return .failure(.checksum(written: written, computed: computed)) }

        var place = opening.count
        guard let sequence = parse(decimal: line, at: &place) else { return .failure(.form) }
        let startsWrite = line.count - place > mark.count && (0..<mark.count).allSatisfy { line[place + $0] == mark[$0] }
        if startsWrite { place += mark.count }
        // ,"k":…} with at least one byte of body
        guard line.count - place >= 7, line[place] == UInt8(ascii: ","), line[place + 1] == UInt8(ascii: "\""),
            let kind = Kind(rawValue: line[place + 2]), line[place + 3] == UInt8(ascii: "\""), line[place + 4] == UInt8(ascii: ":"),
            line[line.count - 1] == UInt8(ascii: "}")
        else { return .failure(.form) }
        return .success(Line(kind: kind, sequence: sequence, startsWrite: startsWrite, body: place + 5..<line.count - 1))
    }

    /// Whether a whole line stands at the start of `bytes` with anything but its line feed behind it: then it was not a write that was cut
    /// short, since writes put down lines from the front.
    static func beginsWithWholeLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count > covered, starts(bytes, with: opening, outside: digits), let written = parse(hexadecimal: bytes) else {
            return false
        }
        var crc = CRC32C()
        for place in covered..<bytes.count - 1 {
            crc.add(UnsafeRawBufferPointer(rebasing: bytes[place...place]))
            if bytes[place] == UInt8(ascii: "}"), crc.value == written { return true }
        }
        return false
    }

    private static func starts(_ line: UnsafeRawBufferPointer, with form: [UInt8], outside gap: Range<Int>) -> Bool {
        guard line.count >= form.count else { return false }
        for place in 0..<form.count where !gap.contains(place) && line[place] != form[place] { return false }
        return true
    }

    static func write(hexadecimal value: UInt32, to buffer: inout [UInt8], at place: Int) {
        for digit in 0..<8 { buffer[place + digit] = hexadecimal[Int(value >> (28 - 4 * UInt32(digit)) & 0xF)] }
    }

    private static func parse(hexadecimal line: UnsafeRawBufferPointer) -> UInt32? {
        var value: UInt32 = 0
        for place in digits {
            switch line[place] {
            case 0x30...0x39: value = value << 4 | UInt32(line[place] - 0x30)
            case 0x61...0x66: value = value << 4 | UInt32(line[place] - 0x57)
            default: return nil
            }
        }
        return value
    }

    static func append(decimal value: UInt64, to buffer: inout [UInt8]) {
        var left = value
        var divisor: UInt64 = 1
        while left >= 10 {
            left /= 10
            divisor *= 10
        }
        while divisor > 0 {
            buffer.append(0x30 + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    private static func parse(decimal line: UnsafeRawBufferPointer, at place: inout Int) -> UInt64? {
        let start = place
        var value: UInt64 = 0
        while place < line.count, (0x30...0x39).contains(line[place]) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(line[place] - 0x30))
            guard !overflow, !carry else { return nil }
            value = sum
            place += 1
        }
        guard place > start, place == start + 1 || line[start] != 0x30 else { return nil }
        return value
    }
}
