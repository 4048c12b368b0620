import FoundationEssentials
import Hexadecimal
import Testing

struct HexadecimalTests {
    @Test func everyByteIsWrittenAndReadInEitherCase() {
        let bytes = (0...255).map { UInt8($0) }
        let text = bytes.withUnsafeBytes { Hex.text(of: $0) }
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.utf8.count == 512)
        #expect(Hex.bytes(of: text) == bytes)
        #expect(Hex.bytes(of: text.uppercased()) == bytes)
        #expect(Hex.bytes(of: "") == [])
    }

    @Test(arguments: ["0", "0g", "g0", " 0", "0x", "é0", "00 "]) func otherTextsAreRefused(text: String) {
        #expect(Hex.bytes(of: text) == nil)
    }

    @Test func identifiersAreWrittenAsFoundationDoes() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let id = UUID.random(using: &generator)
            #expect(id.text == id.uuidString.lowercased())
            #expect(UUID(text: id.text) == id)
            #expect(UUID(text: id.uuidString) == id)
        }
    }

    @Test(arguments: [
        "", "01234567-89ab-cdef-0123-456789abcde", "01234567-89ab-cdef-0123-456789abcdef0", "01234567_89ab-cdef-0123-456789abcdef",
        "0123456789ab-cdef-0123-456789abcdef", "g1234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdeg",
        "{1234567-89ab-cdef-0123-456789abcde}", "01234567-89ab-cdef-0123-4567-9abcdef", "é1234567-89ab-cdef-0123-456789abcde",
    ]) func whatIsNoIdentifierIsRefused(text: String) {
        #expect(UUID(text: text) == nil)
    }
}
