import JSON
import NodeQuery
import Testing

@Suite(.timeLimit(.minutes(1))) struct QueryTests {
    @Test(arguments: [
        #"os_name = "debian""#, #"os_name=debian"#, "agent.os_name = 'debian'", #"os_name in ("ubuntu", debian)"#,
        #"not os_name = "ubuntu""#,
        #"os_name != ubuntu"#, "os_name not in (a, b)", "missing != x", "missing not contains x", "not missing exists", "tags.env exists",
        #"hostname matches "^web-\d+$""#, #"hostname not matches "^db""#, "name = web-1", "hostname contains eb-",
        #"hostname contains ("x", "b-1")"#, #"hostname matches ("^db", "1$")"#, "kernel >= 5.4", "kernel < 5.16", "kernel > 5.15.0-90",
        "runnerVersion >= 1.4", "runnerVersion < 1.10", "status = enrolled", "health in (healthy, late)", "healthStatus = healthy",
        "enrolmentLevel = enrolled", "enrollmentLevel != admitted", "id = d0000000-0000-4000-8000-000000000004",
        #"agent.id = "an attribute""#, "skill:shell", "skill:shell = 1.0", "skill:shell >= 1.2", "skill:shell >= 1.2, < 1.3",
        "skill:shell in (7, 1.0)", "skill:bare", "not skill:bare >= 1", "skill:shell != 2", "not skill:shell != 1.0", "skill:none != 1",
        "skill:inspec = 4.x", "skill:inspec = 4.*", "skill:inspec = \"*\"", "skill:inspec = 5.x", "not skill:inspec = 6.x",
        "skill:inspec > 4.18, != 4.18.2", #"tags."a.b c" contains "1\\2""#, #""my ns"."in" = x"#, #""my ns".'in' = x"#,
        #"tags."a.b c" contains "é \"""#, "all", "not not all", "not (health = lost or health = late)",
        #"os_name = "debian" and tags.env in ("staging", "qa") and skill:shell >= 1.2 and not hostname matches "^db""#,
        "OS_NAME = x or os_name = debian AND NOT health = lost", "os_name = x and health = lost or status = enrolled",
    ])
    func means(query: String) throws {
        #expect(try matches(query))
        #expect(try !matches("not (\(query))"))
        // What is written is read back and means the same.
        let expression = try NodeExpression(query: query)
        let again = try NodeExpression(query: "\(expression)")
        #expect(again.matches(SampleNode.debian), "\(expression)")
        #expect("\(again)" == "\(expression)")
    }

    @Test(arguments: [
        "os_name = Debian", "missing = x", "missing < x", "missing exists", "hostname contains WEB", "skill:none", "skill:bare >= 0",
        "skill:shell > 1.0, < 1.2", "skill:shell = 1", "not all", "skill:inspec = 4.1.x", #"hostname matches "eb$""#,
        // An é of two scalars is not the é of one.
        #"tags."a.b c" matches "^é""#, "kernel >= 5.15.0-100", "skill:shell = 1.x, > 1.2.5",
    ])
    func doesNotMean(query: String) throws {
        #expect(try !matches(query))
    }

    @Test(arguments: [
        ("", 1, 1, "an attribute", "the end of the query"),
        ("os_name", 1, 8, "=, !=", "the end of the query"),
        ("os_name = ", 1, 11, "a value", "the end of the query"),
        ("os_name = and", 1, 11, "a value", "'and'"),
        ("a = b c = d", 1, 7, "'and', 'or' or the end", "'c'"),
        ("a = b and", 1, 10, "an attribute", "the end of the query"),
        ("(a = b", 1, 7, "')'", "the end of the query"),
        ("a in b", 1, 6, "'('", "'b'"),
        ("a in (b", 1, 8, "',' or ')'", "the end of the query"),
        ("a = \"b", 1, 5, "a closing \"", "the end of the query"),
        ("a = b\n  and é = c", 2, 7, "a name", "'é'"),
        ("a ! b", 1, 3, "'!='", "'!' alone"),
        ("a matches \"x\" and b matches \"(y\"", 1, 29, "at its character 3 \")\"", "the end"),
        ("health = sick", 1, 10, "one of healthy, late, lost", "'sick'"),
        ("skill: >= 1", 1, 8, "a value", "'>='"),
        ("in = 1", 1, 1, "in quotes", "'in'"),
        (".x = 1", 1, 1, "namespace.name", "'.x'"),
    ])
    func errorsHaveAPlace(query: String, line: Int, column: Int, expected: String, found: String) {
        do {
            let expression = try NodeExpression(query: query)
            Issue.record("read as \(expression)")
        } catch {
            #expect(error.position?.line == line && error.position?.column == column, "\(error)")
            #expect(error.expected.contains(expected), "\(error)")
            #expect(error.found == found)
        }
    }

    @Test func whatIsTooMuchIsRefused() {
        for query in [
            String(repeating: "(", count: 100) + "all" + String(repeating: ")", count: 100), "a = " + String(repeating: "b", count: 9000),
            "a in (" + String(repeating: "b,", count: 1001) + "b)", "a matches (" + String(repeating: "b,", count: 32) + "b)",
        ] {
            #expect(throws: NodeQueryProblem.self) { try NodeExpression(query: query) }
        }
    }

    @Test func anyBytesAreReadOrRefused() {
        var random: UInt64 = 1
        let pieces = [
            "(", ")", "and", "or", "not", "in", "\"", "'", "\\", "a", ".", "tags.", "=", "!=", "<", ">=", ",", "skill:", "matches", "[",
            "*", "x{2}",
            " ", "\n", "é", "all", "exists",
        ]
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<12 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(random >> 33) % pieces.count] + (random >> 60 < 8 ? " " : "")
            }
            guard let expression = try? NodeExpression(query: text) else { continue }
            let written = "\(expression)"
            guard let again = try? NodeExpression(query: written) else {
                Issue.record("\(text) was written as \(written), which cannot be read")
                continue
            }
            #expect(again.matches(SampleNode.debian) == expression.matches(SampleNode.debian), "\(text) → \(written)")
        }
    }

    @Test(arguments: [
        ("1.9", "1.10"), ("5.4", "5.15.0-91"), ("9", "22.04"), ("1.0", "1.0.1"), ("1.0-rc1", "1.0-rc2"), ("a", "b"), ("1a", "a1"),
        ("007", "8"),
    ])
    func versionsAreInOrder(first: String, second: String) {
        #expect(VersionText.precedes(first, second) && !VersionText.precedes(second, first))
    }
}
