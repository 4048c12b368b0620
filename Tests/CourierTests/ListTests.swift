import JSON
import JobModel
import TemplateYAML
import Testing

@testable import CourierCore

@Suite(.timeLimit(.minutes(1))) struct ListTests {
    private static func jobs(total: Int) -> FakeTransport {
        FakeTransport { call, _ in
            let numbers = call.url.split(whereSeparator: { "?&=".contains($0) }).compactMap { Int($0) }
            let (page, size) = (numbers[0], numbers[1])
            let items = ((page - 1) * size..<min(page * size, total)).map {
                #"{"id":"job-\#($0)","name":"n","version":1,"status":"active"}"#
            }
            return FakeTransport.answer(
                200,
                #"{"items":[\#(items.joined(separator: ","))],"pagination":{"page":\#(page),"totalPages":\#((total + size - 1) / size)}}"#)
        }
    }

    @Test func tenThousandRowsComePageByPage() async throws {
        let transport = Self.jobs(total: 10_000)
        let outcome = await courier("jobs", "list", "--items-per-page", "1000", transport: transport)
        #expect(outcome.status == .success)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 10_001)
        #expect(lines.last?.hasPrefix("job-9999 ") == true)
        #expect(transport.seen.count == 10)
        #expect(transport.seen.allSatisfy { call in call.headers.contains { $0 == ("Authorization", "Bearer t0ken-secret") } })
    }

    @Test(arguments: ["json", "yaml"])
    func documentsAreOneListOverAllPages(format: String) async throws {
        let outcome = await courier("jobs", "list", "--items-per-page", "7", "--format", format, transport: Self.jobs(total: 30))
        let bytes = Array(outcome.output.utf8)
        let document = format == "json" ? try JSONNode.parse(bytes) : try #require(TemplateDocument(yaml: bytes).root)
        #expect(document.elements?.compactMap { $0["id"]?.text } == (0..<30).map { "job-\($0)" })
    }

    @Test(arguments: [("table", "There are no jobs.\n"), ("json", "[]\n"), ("yaml", "[]\n")])
    func emptyListsSaySo(format: String, expected: String) async {
        #expect(await courier("jobs", "list", "--format", format, transport: Self.jobs(total: 0)).output == expected)
    }

    @Test func onePageOnRequest() async {
        let transport = Self.jobs(total: 30)
        let outcome = await courier("jobs", "list", "--page", "2", "--items-per-page", "10", transport: transport)
        #expect(outcome.output.split(separator: "\n").count == 11)
        #expect(transport.seen.map(\.url) == ["http://courier.test/v1/jobs?page=2&itemsPerPage=10"])
    }

    @Test func filtersAndIdsAreEscaped() async {
        let transport = FakeTransport { _, _ in FakeTransport.answer(200, #"{"items":[],"pagination":{"totalPages":0}}"#) }
        _ = await courier("runs", "list", "a/../b?c", "--status", "failure,timeout", transport: transport)
        #expect(
            transport.seen.map(\.url) == [
                "http://courier.test/v1/instances/a%2F..%2Fb%3Fc/runs?status=failure%2Ctimeout&page=1&itemsPerPage=200"
            ])
    }

    @Test func historyByNodeAndTime() async {
        let transport = FakeTransport { _, _ in FakeTransport.answer(200, #"{"items":[],"pagination":{"totalPages":0}}"#) }
        let (from, to) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
        _ = await courier(
            "runs", "list", "--node", "n", "--status", "failure", "--from", from, "--to", to, transport: transport)
        _ = await courier("instances", "list", "--job", "j", "--node", "n", "--from", from, "--to", to, transport: transport)
        let times = "from=2026-01-01T00%3A00%3A00Z&to=2026-02-01T00%3A00%3A00Z&page=1&itemsPerPage=200"
        #expect(
            transport.seen.map(\.url) == [
                "http://courier.test/v1/nodes/n/runs?status=failure&\(times)",
                "http://courier.test/v1/instances?jobId=j&node=n&\(times)",
            ])
    }
}
