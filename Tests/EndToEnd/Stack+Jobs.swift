import FoundationEssentials
import JSON
import JobModel

/// What became of one run.
struct RunOutcome: Hashable {
    struct Attempt: Hashable {
        var number: Int
        var status: String
        var reason: String?
    }

    struct Step: Hashable {
        var status: String
        var attempts: [Attempt]
    }

    var id: UUID
    var node: UUID
    var status: String
    var steps: [Step]

    init(_ json: JSONValue) throws {
        guard let id = json["id"]?.text.flatMap(UUID.init(uuidString:)), let node = json["nodeId"]?.text.flatMap(UUID.init(uuidString:)),
            let status = json["status"]?.text
        else { throw Trouble("a run without id, node and status: \(json)") }
        (self.id, self.node, self.status) = (id, node, status)
        steps = (json["steps"]?.elements ?? []).map { step in
            Step(
                status: step["status"]?.text ?? "none",
                attempts: (step["attempts"]?.elements ?? []).map {
                    Attempt(number: $0["number"]?.int ?? 0, status: $0["status"]?.text ?? "none", reason: $0["reason"]?.text)
                })
        }
    }
}

extension Stack {
    /// Makes the job and gives its first instance.
    func create(_ job: JobRequest) async throws -> UUID { try await create(job.text) }

    /// Makes a job of the template and gives its first instance.
    func create(_ template: String) async throws -> UUID {
        let answer = try await api.post("/v1/jobs", template)
        guard let id = answer.item?["instanceId"]?.text.flatMap(UUID.init(uuidString:)) else {
            throw Trouble("a job without an instance: \(answer.text)")
        }
        return id
    }

    /// The instance, as the API shows it; `nil` while nobody knows it yet.
    func instance(_ id: UUID) async throws -> JSONValue? {
        let answer = try await api.send("GET", "/v1/instances/\(id.text)")
        if answer.status == 404 { return nil }
        guard answer.status == 200, let item = answer.item else { throw Trouble("instance \(id.text): \(answer.status) \(answer.text)") }
        return item
    }

    /// Waits until the instance is over and gives its status.
    func end(of id: UUID, within limit: Duration = .seconds(60)) async throws -> String {
        do {
            return try await eventually("the end of instance \(id.text)", within: limit) {
                guard let status = try await instance(id)?["status"]?.text, InstanceStatus(rawValue: status)?.isTerminal == true else {
                    return nil
                }
                return status
            }
        } catch {
            let last = (try? await api.send("GET", "/v1/instances/\(id.text)"))?.text ?? "none"
            throw Trouble("\(error); it stands at \(last)")
        }
    }

    /// Every run of the instance.
    func runs(of id: UUID) async throws -> [RunOutcome] {
        try await api.get("/v1/instances/\(id.text)/runs?itemsPerPage=1000").items.map { try RunOutcome($0) }
    }

    /// What the last attempt at each step of a run wrote to standard output.
    func output(of run: UUID) async throws -> [Int: String] {
        let chunks = try await api.get("/v1/runs/\(run.text)/output?stream=stdout").item?["chunks"]?.elements ?? []
        var texts: [Int: (attempt: Int, text: String)] = [:]
        for chunk in chunks {
            guard let step = chunk["step"]?.int, let attempt = chunk["attempt"]?.int, let text = chunk["text"]?.text else {
                throw Trouble("a piece of output without step, attempt and text: \(chunk)")
            }
            let known = texts[step] ?? (attempt, "")
            if attempt == known.attempt { texts[step] = (attempt, known.text + text) }
            if attempt > known.attempt { texts[step] = (attempt, text) }
        }
        return texts.mapValues(\.text)
    }

    /// What lies in `courier.dead`; taken out when `taking`.
    func deadLetters(taking: Bool = false) async throws -> [JSONValue] {
        let mode = taking ? "ack_requeue_false" : "ack_requeue_true"
        let answer = try await brokerManagement.post(
            "/api/queues/%2F/courier.dead/get", #"{"count": 1000, "ackmode": "\#(mode)", "encoding": "auto"}"#,
            headers: ["Authorization": "Basic Z3Vlc3Q6Z3Vlc3Q="])  // guest:guest
        guard let letters = answer.json?.elements else { throw Trouble("the dead letters: \(answer.text.prefix(500))") }
        return letters
    }
}
