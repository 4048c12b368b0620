import FoundationEssentials
import JSON

/// A command as a worker sends it to a runner: what the benchmark encodes and decodes.
struct Command: Equatable, Codable {
    var id: UUID
    var instanceID: UUID
    var jobID: UUID
    var nodeID: UUID
    var attempt: Int
    var scheduledAt: String
    var expiresAt: String
    var steps: [Step]
    var inputs: [String: String]

    enum CodingKeys: String, CodingKey {
        case id
        case instanceID = "instanceId"
        case jobID = "jobId"
        case nodeID = "nodeId"
        case attempt, scheduledAt, expiresAt, steps, inputs
    }
}

/// One step of a command.
struct Step: Equatable, Codable {
    var name: String
    var interpreter: String
    var command: String
    var timeoutSeconds: Int
    var retryCount: Int
    var isSensitive: Bool
}

extension Command: JSONCodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id)
            writer.field("instanceId", instanceID)
            writer.field("jobId", jobID)
            writer.field("nodeId", nodeID)
            writer.field("attempt", attempt)
            writer.field("scheduledAt", scheduledAt)
            writer.field("expiresAt", expiresAt)
            writer.field("steps", steps)
            writer.field("inputs", inputs)
        }
    }

    init(from reader: inout JSONReader) throws {
        var id: UUID?
        var instanceID: UUID?
        var jobID: UUID?
        var nodeID: UUID?
        var attempt: Int?
        var scheduledAt: String?
        var expiresAt: String?
        var steps: [Step]?
        var inputs: [String: String]?
        try reader.object { reader, key in
            switch key {
            case "id": id = try reader.uuid()
            case "instanceId": instanceID = try reader.uuid()
            case "jobId": jobID = try reader.uuid()
            case "nodeId": nodeID = try reader.uuid()
            case "attempt": attempt = try reader.int()
            case "scheduledAt": scheduledAt = try reader.string()
            case "expiresAt": expiresAt = try reader.string()
            case "steps": steps = try reader.decodeArray()
            case "inputs": inputs = try reader.stringMap()
            default: try reader.skip()
            }
        }
        self.init(
            id: try reader.require(id, "id"), instanceID: try reader.require(instanceID, "instanceId"),
            jobID: try reader.require(jobID, "jobId"), nodeID: try reader.require(nodeID, "nodeId"),
            attempt: try reader.require(attempt, "attempt"), scheduledAt: try reader.require(scheduledAt, "scheduledAt"),
            expiresAt: try reader.require(expiresAt, "expiresAt"), steps: try reader.require(steps, "steps"),
            inputs: try reader.require(inputs, "inputs"))
    }
}

extension Step: JSONCodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("interpreter", interpreter)
            writer.field("command", command)
            writer.field("timeoutSeconds", timeoutSeconds)
            writer.field("retryCount", retryCount)
            writer.field("isSensitive", isSensitive)
        }
    }

    init(from reader: inout JSONReader) throws {
        var name: String?
        var interpreter: String?
        var command: String?
        var timeoutSeconds: Int?
        var retryCount: Int?
        var isSensitive: Bool?
        try reader.object { reader, key in
            switch key {
            case "name": name = try reader.string()
            case "interpreter": interpreter = try reader.string()
            case "command": command = try reader.string()
            case "timeoutSeconds": timeoutSeconds = try reader.int()
            case "retryCount": retryCount = try reader.int()
            case "isSensitive": isSensitive = try reader.bool()
            default: try reader.skip()
            }
        }
        self.init(
            name: try reader.require(name, "name"), interpreter: try reader.require(interpreter, "interpreter"),
            command: try reader.require(command, "command"), timeoutSeconds: try reader.require(timeoutSeconds, "timeoutSeconds"),
            retryCount: try reader.require(retryCount, "retryCount"), isSensitive: try reader.require(isSensitive, "isSensitive"))
    }
}

extension Command {
    /// The message that is measured.
    static let sample = Command(
        id: UUID(), instanceID: UUID(), jobID: UUID(), nodeID: UUID(), attempt: 1,
        scheduledAt: "2026-03-01T02:00:00Z", expiresAt: "2026-03-01T02:15:00.250Z",
        steps: [
            Step(
                name: "stop", interpreter: "os/shell", command: "systemctl stop \"web\"", timeoutSeconds: 300, retryCount: 1,
                isSensitive: false),
            Step(
                name: "upgrade", interpreter: "os/shell", command: "apt-get -y install web={{.VERSION}}", timeoutSeconds: 900,
                retryCount: 3,
                isSensitive: true),
        ],
        inputs: ["VERSION": "2.14.0", "REGION": "eu-central-1"])
}
