import JSON
import Testing

/// What is refused for its size, and that work grows with the input only. A quadratic reader would run into the time limit by far.
@Suite struct DepthAndSizeTests {
    @Test(arguments: ["[": "]", "{\"a\":": "}"])
    func depthIsCountedExactly(_ opening: String, _ closing: String) {
        for limit in [0, 1, 2, 64, JSONLimits.deepest] {
            let limits = JSONLimits(depth: limit)
            func document(_ depth: Int) -> [UInt8] {
                Array((String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)).utf8)
            }
            #expect(throws: Never.self) { try JSONDocument(parsing: document(limit), limits: limits) }
            let error = refusal { _ = try JSONDocument(parsing: document(limit + 1), limits: limits) }
            #expect(error?.code == .depth)
            #expect(error?.position.offset == limit * opening.utf8.count)
        }
    }

    @Test func siblingsDoNotAddToTheDepth() {
        let bytes = Array("[[],[],{\"a\":{}},[]]".utf8)
        #expect(throws: Never.self) { try JSONValue(json: bytes, limits: JSONLimits(depth: 3)) }
    }

    @Test func noDepthThatIsAskedForGoesBeyondTheDeepest() {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
        #expect(refusal { _ = try JSONValue(json: bytes, limits: JSONLimits(depth: .max)) }?.code == .depth)
    }

    @Test func aDocumentBeyondTheLimitIsRefused() {
        let bytes = Array("[1,2]".utf8)
        #expect(throws: Never.self) { try JSONValue(json: bytes, limits: JSONLimits(bytes: 5)) }
        #expect(refusal { _ = try JSONValue(json: bytes, limits: JSONLimits(bytes: 4)) }?.code == .tooLarge)
    }

    @Test(.timeLimit(.minutes(1)))
    func largeDocumentsTakeLinearTime() throws {
        let count = 40_000
        let members = Array(("{" + (0..<count).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + "}").utf8)
        #expect(try JSONDocument(parsing: members).root.members?.count == count)
        let twice = Array(members.dropLast()) + Array(",\"key1\":0}".utf8)
        #expect(refusal { _ = try JSONValue(json: twice) }?.code == .duplicateKey)
        let elements = Array(("[" + repeatElement("0", count: count).joined(separator: ",") + "]").utf8)
        #expect(try [Int](json: elements).count == count)
        let digits = String(repeating: "9", count: 1 << 18)
        let number = try JSONNumber(json: Array((digits + "e-" + digits).utf8))
        #expect(number > JSONNumber(0) && !number.isIntegral)
        let escapes = Array(("\"" + String(repeating: "\\n", count: 1 << 18) + "\"").utf8)
        #expect(try String(json: escapes).utf8.count == 1 << 18)
    }

    @Test(.timeLimit(.minutes(1)))
    func placesInALargeDocumentAreFoundWithoutCountingFromTheBeginning() throws {
        let bytes = Array(("[\n" + repeatElement("\"é\"", count: 20_000).joined(separator: ",\n") + "\n]").utf8)
        let document = try JSONDocument(parsing: bytes)
        for (index, node) in try #require(document.root.elements).enumerated() {
            guard document.position(of: node.offset) == JSONPosition(line: index + 2, column: 1, offset: 2 + index * 6) else {
                Issue.record("element \(index) is placed at \(document.position(of: node.offset))")
                return
            }
        }
    }
}
