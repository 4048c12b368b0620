import Testing

@testable import CourierCore

@Suite struct ProblemTests {
    @Test func printsAllDefects() {
        let problem = Problem(
            status: 422,
            body: Array(
                """
                {"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"the template is not valid","problems":[
                {"pointer":"/name","message":"missing","expected":"a string","found":"nothing","hint":"add it"},
                {"pointer":"","message":"unknown field","expected":"name","found":"nmae"},
                {"pointer":"/target","message":"odd"}]}
                """.utf8))
        #expect(
            problem.text == """
                the template is not valid [422]
                  /name: missing (expected a string, found nothing; add it)
                  the document: unknown field (expected name, found nmae)
                  /target: odd
                """)
        #expect(problem.isBadInput)
    }

    @Test(arguments: ["", "<html>gateway</html>", "[1]", "{\"detail\":7}"])
    func survivesOtherBodies(body: String) {
        let problem = Problem(status: 502, body: Array(body.utf8))
        #expect(problem.text == "the server answered with status 502 [502]")
        #expect(problem.isTemporary)
    }

    @Test func doesNotLetTextTakeOverTheTerminal() {
        let problem = Problem(status: 400, body: Array(#"{"detail":"a\u001b[2Jb"}"#.utf8))
        #expect(problem.text == "a\\u{1b}[2Jb [400]")
    }
}
