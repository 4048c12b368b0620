import JSON
import JobModel

/// What the scheduler asks of a canonical template; target and actions are passed over.
struct JobTemplateHead: JSONDecodable {
    let name: String
    let scheduleRule: String
    let exceptionRules: [ExceptionRule]
    let useGlobalExceptions: Bool
    let overlapPolicy: OverlapPolicy
    let missedPolicy: MissedPolicy
    let allowManualExecution: Bool

    /// Whether the job is due once, as soon as the scheduler can.
    var isImmediate: Bool { scheduleRule.utf8.elementsEqual("immediate".utf8) }

    init(from reader: inout JSONReader) throws {
        var name: String?
        var scheduleRule: String?
        var exceptionRules: [ExceptionRule]?
        var useGlobalExceptions: Bool?
        var overlapPolicy: OverlapPolicy?
        var missedPolicy: MissedPolicy?
        var allowManualExecution: Bool?
        try reader.object { reader, key in
            switch key {
            case "name": name = try reader.string()
            case "scheduleRule": scheduleRule = try reader.string()
            case "exceptionRules": exceptionRules = try reader.decodeArray()
            case "useGlobalExceptions": useGlobalExceptions = try reader.bool()
            case "overlapPolicy": overlapPolicy = try reader.decode()
            case "missedPolicy": missedPolicy = try reader.decode()
            case "allowManualExecution": allowManualExecution = try reader.bool()
            default: try reader.skip()
            }
        }
        self.name = try reader.require(name, "name")
        self.scheduleRule = try reader.require(scheduleRule, "scheduleRule")
        self.exceptionRules = try reader.require(exceptionRules, "exceptionRules")
        self.useGlobalExceptions = try reader.require(useGlobalExceptions, "useGlobalExceptions")
        self.overlapPolicy = try reader.require(overlapPolicy, "overlapPolicy")
        self.missedPolicy = try reader.require(missedPolicy, "missedPolicy")
        self.allowManualExecution = try reader.require(allowManualExecution, "allowManualExecution")
    }
}
