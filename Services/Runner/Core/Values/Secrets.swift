import FoundationEssentials
import JSON

/// Values that are never shown, and how they are recognised in what steps write.
///
/// Each is recognised as it is, as a JSON string holds it, percent-encoded (RFC 3986, and with `+` for a space), in base64 (RFC 4648, the value alone),
/// and, when it has several lines, by each line of eight bytes or more. What a step turns a value into otherwise cannot be recognised.
public struct Secrets: Sendable, Hashable {
    /// Every form, the longest first: one that is part of another must not break it up.
    let forms: [[UInt8]]

    /// The shortest line of a value that is recognised by itself; shorter ones are too likely to be something else.
    private static let shortestLine = 8

    /// The secrets `values`; empty ones are none.
    public init(_ values: some Sequence<String>) {
        var forms: Set<[UInt8]> = []
        for value in values where !value.isEmpty { forms.formUnion(Self.forms(of: value)) }
        self.forms = forms.sorted { $0.count > $1.count }
    }

    /// `text` with every secret in it replaced by `***`.
    func redacted(_ text: String) -> String {
        guard occur(in: text) else { return text }
        var bytes = Array(text.utf8)
        for form in forms { bytes = bytes.replacing(form, with: Array(RunProgress.redacted.utf8)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether `text` contains one.
    func occur(in text: String) -> Bool {
        let bytes = Array(text.utf8)
        return forms.contains { !bytes.ranges(of: $0).isEmpty }
    }

    private static func forms(of value: String) -> [[UInt8]] {
        let bytes = Array(value.utf8)
        let quoted = JSONValue.string(value).encoded()
        let percent = bytes.map { isUnreserved($0) ? String(UnicodeScalar($0)) : "%" + hex($0) }.joined()
        let lines = value.split { $0.isNewline }.map { Array($0.utf8) }.filter { $0.count >= shortestLine }
        return [
            bytes, Array(quoted.dropFirst().dropLast()), Array(percent.utf8), Array(percent.replacing("%20", with: "+").utf8),
            Array(Data(bytes).base64EncodedString().utf8),
        ] + lines
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
