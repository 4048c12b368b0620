import FoundationEssentials
import HTTPTypes
import JSON
import ServiceKit
import TemplateAPICore
import TestSupport
import Testing

/// A request that is refused, with what the refusal says.
struct BadRequest: Sendable, CustomTestStringConvertible {
    var what: String
    var method: HTTPRequest.Method = .post
    var path: String = "/v1/jobs"
    var body: [UInt8]?
    var type: String? = "application/json"
    var headers: HTTPFields = [:]
    var status: Int
    var pointers: [String] = []
    var detail: String = ""

    var testDescription: String { what }

    init(_ what: String, _ body: String, _ status: Int, _ pointers: String...) {
        self.what = what
        self.body = Array(body.utf8)
        self.status = status
        self.pointers = pointers
    }

    init(
        _ what: String, _ method: HTTPRequest.Method, _ path: String, _ status: Int, body: [UInt8]? = nil,
        type: String? = "application/json", headers: HTTPFields = [:], pointers: [String] = [], detail: String = ""
    ) {
        (self.what, self.method, self.path, self.status, self.body, self.type) = (what, method, path, status, body, type)
        (self.headers, self.pointers, self.detail) = (headers, pointers, detail)
    }
}

private let good = Array(Template.immediate.utf8)
private let someID = "6f1c3b0e-8a1d-4c55-9a55-2f6d3c1c7e10"

private let badBodies: [BadRequest] = [
    BadRequest("no body", "", 400, ""),
    BadRequest("no JSON", "name: patch", 400, ""),
    BadRequest("half a document", #"{"name": "patch""#, 400, ""),
    BadRequest("a key twice", Template.with(more: #""name": "patch","#), 400, "/name"),
    BadRequest("data behind the document", Template.immediate + "{}", 400, ""),
    BadRequest("nesting without end", String(repeating: "[", count: 70), 400, ""),
    BadRequest("an array", "[]", 422, ""),
    BadRequest("nothing that must be there", "{}", 422, "/name", "/scheduleRule", "/target", "/actions"),
    BadRequest("an unknown field", Template.with(more: #""colour": "red","#), 422, "/colour"),
    BadRequest("an empty name", Template.with(name: ""), 422, "/name"),
    BadRequest("a name that is too long", Template.with(name: String(repeating: "x", count: 129)), 422, "/name"),
    BadRequest("a schedule that is none", Template.with(rule: "every day"), 422, "/scheduleRule"),
    BadRequest(
        "a rule that contradicts itself", Template.with(rule: "RRULE:FREQ=DAILY;COUNT=1;UNTIL=20300101T000000Z"), 422, "/scheduleRule"),
    BadRequest(
        "an exception without duration", Template.with(exceptions: #"[{"rrule": "RRULE:FREQ=DAILY"}]"#), 422, "/exceptionRules/0/duration"),
    BadRequest("no steps", Template.with(steps: "[]"), 422, "/actions/steps"),
    BadRequest(
        "a step without interpreter", Template.with(steps: #"[{"name": "a", "command": {"linux": ["x"]}}]"#), 422,
        "/actions/steps/0/interpreter"),
    BadRequest("two defects at once", Template.with(name: "", rule: "never"), 422, "/name", "/scheduleRule"),
]

private let badRequests: [BadRequest] = [
    BadRequest("invalid UTF-8", .post, "/v1/jobs", 400, body: [0x7B, 0x22, 0xFF, 0x22, 0x7D], pointers: [""]),
    BadRequest("more than 1 MiB", .post, "/v1/jobs", 413, body: Array(repeating: 0x20, count: 1 << 20 + 1)),
    BadRequest("no media type", .post, "/v1/jobs", 415, body: good, type: nil, detail: "Content-Type"),
    BadRequest("a form", .post, "/v1/jobs", 415, body: good, type: "application/x-www-form-urlencoded", detail: "application/json"),
    BadRequest("another charset", .post, "/v1/jobs", 415, body: good, type: "application/json; charset=latin1"),
    BadRequest("a compressed body", .post, "/v1/jobs", 415, body: good, headers: [.contentEncoding: "gzip"], detail: "gzip"),
    BadRequest("an empty key", .post, "/v1/jobs", 400, body: good, headers: [key: ""], detail: "Idempotency-Key"),
    BadRequest("a key with a space", .post, "/v1/jobs", 400, body: good, headers: [key: "a b"], detail: "Idempotency-Key"),
    BadRequest("a key that is too long", .post, "/v1/jobs", 400, body: good, headers: [key: String(repeating: "k", count: 256)]),
    BadRequest("page 0", .get, "/v1/jobs?page=0", 400, detail: "'page'"),
    BadRequest("a page that is no number", .get, "/v1/jobs?page=two", 400, detail: "found 'two'"),
    BadRequest("too many items", .get, "/v1/jobs?itemsPerPage=1001", 400, detail: "1 to 1000"),
    BadRequest("no items", .get, "/v1/instances?itemsPerPage=0", 400, detail: "itemsPerPage"),
    BadRequest("an unknown parameter", .get, "/v1/jobs?limit=3", 400, detail: "'limit'"),
    BadRequest("a parameter twice", .get, "/v1/jobs?page=1&page=2", 400, detail: "twice"),
    BadRequest("half an escape", .get, "/v1/jobs?status=%2", 400, detail: "percent"),
    BadRequest("a job status that is none", .get, "/v1/jobs?status=active,lost", 400, detail: "active, paused, completed, cancelled"),
    BadRequest("an empty status", .get, "/v1/instances?status=", 400, detail: "status"),
    BadRequest("an instance status that is none", .get, "/v1/instances?status=active", 400, detail: "notPerformed"),
    BadRequest("a run status that is none", .get, "/v1/instances/\(someID)/runs?status=done", 400, detail: "unreachable"),
    BadRequest("a job filter that is no UUID", .get, "/v1/instances?jobId=7", 400, detail: "jobId"),
    BadRequest("a job id that is no UUID", .get, "/v1/jobs/patch", 400, detail: "'patch'"),
    BadRequest("an instance id that is no UUID", .post, "/v1/instances/1/cancel", 400),
    BadRequest("a stream that is none", .get, "/v1/runs/\(someID)/output?stream=stdin", 400, detail: "stdout, stderr"),
    BadRequest("step 0", .get, "/v1/runs/\(someID)/output?step=0", 400, detail: "step"),
    BadRequest("an unknown job", .get, "/v1/jobs/\(someID)", 404, detail: someID),
    BadRequest("an unknown job to replace", .put, "/v1/jobs/\(someID)", 404, body: good, detail: someID),
    BadRequest("a job to replace that is no UUID", .put, "/v1/jobs/patch", 400, body: good),
    BadRequest("a replacement that is no template", .put, "/v1/jobs/\(someID)", 422, body: Array("{}".utf8), pointers: ["/name"]),
    BadRequest("a replacement in a form", .put, "/v1/jobs/\(someID)", 415, body: good, type: "text/plain"),
    BadRequest("versions of an unknown job", .get, "/v1/jobs/\(someID)/versions", 404, detail: someID),
    BadRequest("a version that is no number", .get, "/v1/jobs/\(someID)/versions/first", 400, detail: "'first'"),
    BadRequest("version 0", .get, "/v1/jobs/\(someID)/versions/0", 400, detail: "from 1"),
    BadRequest("an unknown job to pause", .post, "/v1/jobs/\(someID)/pause", 404),
    BadRequest("an unknown path", .get, "/v1/workflows", 404, detail: "/v1/workflows"),
    BadRequest("a path outside", .get, "/", 404),
    BadRequest("a method that a path does not take", .put, "/v1/jobs", 405, detail: "GET, HEAD, POST"),
    BadRequest("another such method", .get, "/v1/nodes/enrol", 405, detail: "POST"),
    BadRequest("enrolment without token", .post, "/v1/nodes/enrol", 422, body: Array(#"{"machineId": "m", "hostname": "h"}"#.utf8)),
    BadRequest("enrolment that is no JSON", .post, "/v1/nodes/enrol", 400, body: Array("{".utf8), pointers: [""]),
    BadRequest(
        "a misspelt limit of a key", .post, "/v1/enrolment-keys", 422, body: Array(#"{"name": "k", "use": 1}"#.utf8), pointers: ["/use"],
        detail: "uses"),
    BadRequest(
        "uses that are no number", .post, "/v1/enrolment-keys", 422, body: Array(#"{"name": "k", "uses": "1"}"#.utf8), pointers: ["/uses"]),
    BadRequest(
        "an end that is no time", .post, "/v1/enrolment-keys", 422, body: Array(#"{"name": "k", "expiresAt": "soon"}"#.utf8),
        pointers: ["/expiresAt"]),
]

private let key = HTTPField.Name("Idempotency-Key") ?? .ifMatch

@Suite(.timeLimit(.minutes(1))) struct BadInputTests {
    @Test func everyBadRequestIsAProblemAndChangesNothing() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            for bad in badBodies + badRequests {
                let answer = try await client.send(bad.method, bad.path, bytes: bad.body, type: bad.type, headers: bad.headers)
                #expect(answer.status == bad.status, "\(bad.what): \(answer.text)")
                #expect(answer.isProblem, "\(bad.what): \(answer.text)")
                for pointer in bad.pointers { #expect(answer.pointers.contains(pointer), "\(bad.what): \(answer.text)") }
                #expect(bad.detail.isEmpty || answer.json?["detail"]?.text?.contains(bad.detail) == true, "\(bad.what): \(answer.text)")
            }
            #expect(await bench.engine.read { $0.jobCount } == 0)
            #expect(await bench.engine.outboxCount == 0)
        }
    }

    @Test func everyProblemSaysWhatIsExpectedAndFound() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.post("/v1/jobs", Template.with(name: "", rule: "never"))
            let problems = answer.json?["problems"]?.elements ?? []
            #expect(problems.count == 2)
            for problem in problems {
                for key in ["pointer", "message", "expected", "found"] { #expect(problem[key]?.text != nil, "\(key)") }
            }
        }
    }

    @Test func aMethodThatIsNotAllowedNamesThoseThatAre() async throws {
        let bench = try await Bench()
        try await bench.serve { (client: Client) async throws in
            let answer = try await client.send(.patch, "/v1/jobs/\(someID)")
            #expect(answer.status == 405 && answer.headers[.allow] == "DELETE, GET, HEAD, PUT")
        }
    }
}
