/// A request that is refused, and how.
struct BadRequest: Sendable {
    var what: String
    var method = "POST"
    var path = "/v1/jobs"
    var body: [UInt8]?
    var type: String? = "application/json"
    var headers: [String: String] = [:]
    var status: Int
    /// The places the refusal names.
    var pointers: [String] = []
    /// What its text contains.
    var detail = ""

    init(_ what: String, body: String, _ status: Int, _ pointers: String..., type: String? = "application/json") {
        (self.what, self.body, self.status, self.pointers, self.type) = (what, Array(body.utf8), status, pointers, type)
    }

    init(_ what: String, bytes: [UInt8], _ status: Int, _ pointers: String...) {
        (self.what, self.body, self.status, self.pointers) = (what, bytes, status, pointers)
    }

    init(_ what: String, _ method: String, _ path: String, _ status: Int, body: String? = nil, detail: String = "") {
        (self.what, self.method, self.path, self.status, self.detail) = (what, method, path, status, detail)
        self.body = body.map { Array($0.utf8) }
    }

    init(_ what: String, headers: [String: String], _ status: Int, detail: String = "") {
        (self.what, self.headers, self.status, self.detail) = (what, headers, status, detail)
        body = Array(Self.template().utf8)
    }

    /// A template that would be taken, but for what is given.
    static func template(
        name: String = #""bad""#, rule: String = #""immediate""#, group: String = "", steps: String? = nil, more: String = ""
    ) -> String {
        let step = #"{"name": "one", "interpreter": {"name": "chef-platform/shell-interpreter"}, "command": {"linux": ["echo hi"]}}"#
        return """
            {"name": \(name), "scheduleRule": \(rule), \(more) "target": {"executionType": "sequential", "groups": [
              {\(group) "timeoutSeconds": 60, "batchSize": {"type": "number", "value": 1}, "distributionMethod": "batching",
               "successCriteria": [], "nodeListType": "nodes", "nodeIdentifiers": ["7c9e6679-7425-40de-944b-e07fc1f90ae0"]}]},
             "actions": {"accessMode": "agent", "steps": \(steps ?? "[\(step)]")}}
            """
    }

    private static let id = "6f1c3b0e-8a1d-4c55-9a55-2f6d3c1c7e10"

    static let bodies: [BadRequest] = [
        BadRequest("no body", body: "", 400, ""),
        BadRequest("no JSON", body: "name: patch", 400, ""),
        BadRequest("half a document", body: #"{"name": "patch""#, 400, ""),
        BadRequest("data behind the document", body: template() + "{}", 400, ""),
        BadRequest("a key twice", body: template(more: #""name": "other","#), 400, "/name"),
        BadRequest("nesting without end", body: String(repeating: "[", count: 100_000), 400, ""),
        BadRequest("invalid UTF-8", bytes: [0x7B, 0x22, 0xFF, 0x22, 0x7D], 400, ""),
        BadRequest("zeros", bytes: [UInt8](repeating: 0, count: 64), 400, ""),
        BadRequest("more than 1 MiB", bytes: [UInt8](repeating: 0x20, count: 1 << 20 + 1), 413),
        BadRequest("an array", body: "[]", 422, ""),
        BadRequest("an empty object", body: "{}", 422, "/name", "/scheduleRule", "/target", "/actions"),
        BadRequest("an unknown field", body: template(more: #""colour": "red","#), 422, "/colour"),
        BadRequest("a name that is no text", body: template(name: "7"), 422, "/name"),
        BadRequest("an empty name", body: template(name: #""""#), 422, "/name"),
        BadRequest("a schedule that is none", body: template(rule: #""every day""#), 422, "/scheduleRule"),
        BadRequest("a schedule that is null", body: template(rule: "null"), 422, "/scheduleRule"),
        BadRequest("no steps", body: template(steps: "[]"), 422, "/actions/steps"),
        BadRequest("a step that is a text", body: template(steps: #"["echo hi"]"#), 422, "/actions/steps/0"),
        BadRequest("an unknown field of a group", body: template(group: #""batch": 1,"#), 422, "/target/groups/0/batch"),
        BadRequest("another media type", body: template(), 415, type: "text/plain"),
        BadRequest("no media type", body: template(), 415, type: nil),
    ]

    static let others: [BadRequest] = [
        BadRequest("no token", headers: ["Authorization": ""], 401, detail: "Authorization"),
        BadRequest("a wrong token", headers: ["Authorization": "Bearer courier_wrong"], 401, detail: "token"),
        BadRequest("another scheme", headers: ["Authorization": "Basic Z3Vlc3Q6Z3Vlc3Q="], 401, detail: "Bearer"),
        BadRequest("a key with a space", headers: ["Idempotency-Key": "a b"], 400, detail: "Idempotency-Key"),
        BadRequest("a compressed body", headers: ["Content-Encoding": "gzip"], 415, detail: "gzip"),
        BadRequest("an unknown path", "GET", "/v1/workflows", 404, detail: "/v1/workflows"),
        BadRequest("a path upwards", "GET", "/v1/../../etc/passwd", 404),
        BadRequest("a method that a path does not take", "PUT", "/v1/jobs", 405, detail: "POST"),
        BadRequest("page 0", "GET", "/v1/jobs?page=0", 400, detail: "page"),
        BadRequest("a page beyond all numbers", "GET", "/v1/instances?page=99999999999999999999", 400, detail: "page"),
        BadRequest("an unknown parameter", "GET", "/v1/nodes?limit=3", 400, detail: "limit"),
        BadRequest("half an escape", "GET", "/v1/jobs?status=%2", 400, detail: "%2"),
        BadRequest("a status that is none", "GET", "/v1/instances?status=lost", 400, detail: "notPerformed"),
        BadRequest("an id that is no UUID", "GET", "/v1/jobs/patch", 400, detail: "patch"),
        BadRequest("an unknown job", "GET", "/v1/jobs/\(id)", 404, detail: id),
        BadRequest("an unknown instance", "GET", "/v1/instances/\(id)", 404, detail: id),
        BadRequest("the runs of an unknown instance", "GET", "/v1/instances/\(id)/runs", 404, detail: id),
        BadRequest("an unknown run", "GET", "/v1/runs/\(id)/output", 404, detail: id),
        BadRequest("an unknown node", "GET", "/v1/nodes/\(id)", 404, detail: id),
        BadRequest("an unknown instance to cancel", "POST", "/v1/instances/\(id)/cancel", 404),
        BadRequest("an unknown key to delete", "DELETE", "/v1/enrolment-keys/none", 404, detail: "none"),
        BadRequest("a key with a misspelt limit", "POST", "/v1/enrolment-keys", 422, body: #"{"name": "k", "use": 1}"#, detail: ""),
        BadRequest(
            "enrolment with a token that is none", "POST", "/v1/nodes/enrol", 403,
            body: #"{"token": "wrong", "machineId": "m", "hostname": "h", "attributes": {}}"#, detail: "token"),
        BadRequest("enrolment without a token", "POST", "/v1/nodes/enrol", 422, body: #"{"machineId": "m", "hostname": "h"}"#),
    ]
}
