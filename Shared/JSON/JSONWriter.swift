public import FoundationEssentials
import Hexadecimal

/// Writes JSON in UTF-8 on one line, without white space.
///
/// The writer places commas and colons; that keys and values come in their right order, and that a document has one value, is the caller's to
/// see to. What it writes of a string, a number or a key is always right.
public struct JSONWriter: Sendable {
    /// What has been written, and room behind it.
    private var storage: [UInt8]

    /// How much of `storage` has been written.
    private var count = 0

    /// Whether a comma has to come before the next key or element.
    private var needsComma = false

    /// A writer that has written nothing.
    ///
    /// - Parameter capacity: How many bytes are expected; more are taken as they are needed.
    public init(capacity: Int = 256) {
        storage = [UInt8](repeating: 0, count: max(capacity, 64))
    }

    /// What has been written.
    public var bytes: [UInt8] {
        Array(storage[..<count])
    }

    /// What has been written, taken out of the writer, which begins anew.
    mutating func finish() -> [UInt8] {
        var result: [UInt8] = []
        swap(&result, &storage)
        result.removeLast(result.count - count)
        count = 0
        needsComma = false
        return result
    }

    // MARK: Structure

    /// Writes an object.
    ///
    /// - Parameter body: Writes the members: `field`, or `key` and then one value.
    public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        put(UInt8(ascii: "{"))
        needsComma = false
        try body(&self)
        needsComma = false
        put(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Writes an array.
    ///
    /// - Parameter body: Writes the elements.
    public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        put(UInt8(ascii: "["))
        needsComma = false
        try body(&self)
        needsComma = false
        put(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes a member's key, whose value comes next.
    public mutating func key(_ name: StaticString) {
        name.withUTF8Buffer { writeKey($0) }
    }

    /// Writes a member's key, whose value comes next.
    @_disfavoredOverload
    public mutating func key(_ name: String) {
        var name = name
        name.withUTF8 { writeKey($0) }
    }

    // MARK: Values

    /// Writes `null`.
    public mutating func null() {
        word("null")
    }

    /// Writes a string.
    public mutating func value(_ value: String) {
        var value = value
        value.withUTF8 { quoted($0) }
        needsComma = true
    }

    /// Writes a string.
    public mutating func value(_ value: Substring) {
        var value = value
        value.withUTF8 { quoted($0) }
        needsComma = true
    }

    /// Writes a string of at most `most` bytes of ASCII without quotes, backslashes and control characters: `body` writes it and returns its
    /// length. Nothing is checked.
    public mutating func value(asciiAtMost most: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
        append(atMost: most + 3) { target, needsComma in
            let start = Self.comma(needsComma, target) &+ 1
            target[start &- 1] = UInt8(ascii: "\"")
            let length = body(UnsafeMutableBufferPointer(rebasing: target[start...]))
            target[start &+ length] = UInt8(ascii: "\"")
            return start &+ length &+ 1
        }
        needsComma = true
    }

    /// Writes `true` or `false`.
    public mutating func value(_ value: Bool) {
        word(value ? "true" : "false")
    }

    /// Writes an integer.
    public mutating func value(_ value: Int) {
        self.value(Int64(value))
    }

    /// Writes an integer.
    public mutating func value(_ value: Int64) {
        append(atMost: NumberText.longestInt + 1) { target, needsComma in
            let start = Self.comma(needsComma, target)
            return start &+ NumberText.write(value, to: UnsafeMutableBufferPointer(rebasing: target[start...]))
        }
        needsComma = true
    }

    /// Writes the shortest number that reads back as the same value; `null` for NaN and the infinities, which JSON does not have.
    public mutating func value(_ value: Double) {
        guard value.isFinite else { return null() }
        self.value(JSONNumber(checked: NumberText.shortest(value)))
    }

    /// Writes a number as it is.
    public mutating func value(_ value: JSONNumber) {
        var literal = value.literal
        literal.withUTF8 { copy($0) }
    }

    /// Writes a string of 36 characters in lower case.
    public mutating func value(_ value: UUID) {
        append(atMost: UUIDText.length + 3) { target, needsComma in
            let start = Self.comma(needsComma, target)
            target[start] = UInt8(ascii: "\"")
            UUIDText.write(value, to: UnsafeMutableBufferPointer(rebasing: target[(start &+ 1)...]))
            target[start &+ 1 &+ UUIDText.length] = UInt8(ascii: "\"")
            return start &+ 2 &+ UUIDText.length
        }
        needsComma = true
    }

    /// Writes a value that writes itself.
    @inlinable
    public mutating func value(_ value: some JSONEncodable) {
        value.encode(to: &self)
    }

    /// Copies `json`, which has to be one JSON value, as it is. Nothing is checked.
    public mutating func raw(_ json: [UInt8]) {
        json.withUnsafeBufferPointer { copy($0) }
    }

    // MARK: Bytes

    private mutating func word(_ word: StaticString) {
        word.withUTF8Buffer { copy($0) }
    }

    /// Writes a comma where one is due, and `byte`.
    private mutating func put(_ byte: UInt8) {
        append(atMost: 2) { target, needsComma in
            let start = Self.comma(needsComma, target)
            target[start] = byte
            return start &+ 1
        }
    }

    private mutating func copy(_ source: UnsafeBufferPointer<UInt8>) {
        append(atMost: source.count + 1) { target, needsComma in
            let start = Self.comma(needsComma, target)
            _ = UnsafeMutableBufferPointer(rebasing: target[start...]).update(fromContentsOf: source)
            return start &+ source.count
        }
        needsComma = true
    }

    private mutating func writeKey(_ name: UnsafeBufferPointer<UInt8>) {
        quoted(name)
        needsComma = false
        put(UInt8(ascii: ":"))
    }

    private mutating func quoted(_ text: UnsafeBufferPointer<UInt8>) {
        let clean = ByteScan.unescapedEnd(text, from: 0)
        append(atMost: clean + 3) { target, needsComma in
            let start = Self.comma(needsComma, target) &+ 1
            target[start &- 1] = UInt8(ascii: "\"")
            _ = UnsafeMutableBufferPointer(rebasing: target[start...]).update(fromContentsOf: text[..<clean])
            target[start &+ clean] = UInt8(ascii: "\"")
            return start &+ clean &+ 1
        }
        guard clean < text.count else { return }
        count -= 1
        escaped(text, from: clean)
    }

    /// Writes what is left of a text from its first character that has to be escaped, and the closing quote.
    private mutating func escaped(_ text: UnsafeBufferPointer<UInt8>, from start: Int) {
        var position = start
        while position < text.count {
            let byte = text[position]
            let end = ByteScan.unescapedEnd(text, from: position + 1)
            append(atMost: 6 + end - position) { target, _ in
                let length = Escapes.write(byte, to: target)
                _ = UnsafeMutableBufferPointer(rebasing: target[length...]).update(fromContentsOf: text[(position + 1)..<end])
                return length + end - position - 1
            }
            position = end
        }
        append(atMost: 1) { target, _ in
            target[0] = UInt8(ascii: "\"")
            return 1
        }
    }

    /// Writes the comma, when one is due, and returns its length.
    @inline(__always)
    private static func comma(_ isDue: Bool, _ target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard isDue else { return 0 }
        target[0] = UInt8(ascii: ",")
        return 1
    }

    /// Makes room for `most` bytes and appends those that `body` writes, of which it returns the number. `body` is told whether a comma is due.
    @inline(__always)
    private mutating func append(atMost most: Int, _ body: (UnsafeMutableBufferPointer<UInt8>, Bool) -> Int) {
        if storage.count &- count < most { grow(by: most) }
        let start = count
        let needsComma = needsComma
        count = storage.withUnsafeMutableBufferPointer { start &+ body(UnsafeMutableBufferPointer(rebasing: $0[start...]), needsComma) }
    }

    private mutating func grow(by most: Int) {
        let room = max(storage.count, most, 64)
        // An array, not a repetition, which would be appended byte by byte.
        storage.append(contentsOf: [UInt8](repeating: 0, count: room))
    }
}
