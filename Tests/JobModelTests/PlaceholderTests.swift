import Testing

@testable import JobModel

@Suite struct PlaceholderTests {
    private static let cases: [(String, [Placeholder.Piece]?)] = [
        ("", []), ("a", [.text("a")]), ("${{ x }}", [.parameter("x")]), ("${{x}}", [.parameter("x")]),
        ("a ${{ x_1-y }} b${{Z}}", [.text("a "), .parameter("x_1-y"), .text(" b"), .parameter("Z")]),
        // What a step, a shell or another language means by braces and dollars.
        ("{{.NAME}}", [.text("{{.NAME}}")]), ("${{.NAME}}", [.text("${{.NAME}}")]), ("${NAME} $(x) $((1)) %{x} {{x}} ${{}}", nil),
        ("$${{ x }}", [.text("$"), .parameter("x")]), ("${{{ x }}", [.text("${{ x }}")]), ("${{{.x}}", [.text("${{{.x}}")]),
        ("${{{{ x }}", [.text("${{{{ x }}")]), ("é${{ x }}é", [.text("é"), .parameter("x"), .text("é")]), ("${{ 1 }}", nil), ("${{", nil),
        ("${", nil), ("$", nil),
    ]

    @Test(arguments: cases)
    func aTextIsCutAtItsPlaceholders(_ text: String, _ pieces: [Placeholder.Piece]?) {
        let placeholder = Placeholder(text)
        #expect(placeholder.pieces == pieces ?? [.text(text)])
        #expect(!placeholder.isBroken)
    }

    @Test(arguments: ["${{ x }", "${{ x", "${{ x y }}", "${{ x.y }}", "${{ x", "${{x"])
    func whatBeginsLikeAPlaceholderAndIsNoneIsBroken(_ text: String) {
        #expect(Placeholder(text).isBroken)
        #expect(Placeholder(text).names == [])
    }
}
