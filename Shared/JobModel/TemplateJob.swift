internal import JSON

extension JobTemplate {
    /// The whole document.
    static func read(_ value: TemplateValue) -> JobTemplate? {
        value.object { fields in
            let name = fields.required("name", "the job's name")?.text(TemplateLimits.name)
            let description = fields.optional("description")?.text(TemplateLimits.description)
            let scheduleRule = readScheduleRule(fields)
            let exceptionRules = fields.optional("exceptionRules")?.elements("rule")?.compactMap(ExceptionRule.read) ?? []
            let useGlobalExceptions = fields.optional("useGlobalExceptions")?.bool() ?? false
            let overlapPolicy = fields.optional("overlapPolicy")?.choice(OverlapPolicy.self) ?? .allow
            let missedPolicy = fields.optional("missedPolicy").flatMap(MissedPolicy.read) ?? MissedPolicy()
            let allowManualExecution = fields.optional("allowManualExecution")?.bool() ?? true
            let timeouts = [fields.timeoutOfOldDialect(), fields.optional("actions")?.timeoutOfOldDialect()]
            let target = fields.required("target", "where the job runs").flatMap { Target.read($0, oldTimeouts: timeouts) }
            let actions = fields.required("actions", "what the job runs").flatMap(Actions.read)
            guard let name, let scheduleRule, let target, let actions else { return nil }
            return JobTemplate(
                name: name, description: description, scheduleRule: scheduleRule, exceptionRules: exceptionRules,
                useGlobalExceptions: useGlobalExceptions, overlapPolicy: overlapPolicy, missedPolicy: missedPolicy,
                allowManualExecution: allowManualExecution, target: target, actions: actions)
        }
    }
}

extension MissedPolicy {
    /// `missedPolicy`.
    static func read(_ value: TemplateValue) -> MissedPolicy? {
        value.object { fields in
            let action = fields.optional("action")?.choice(Action.self) ?? .runOnce
            let windowSeconds = fields.optional("windowSeconds")?.int(TemplateLimits.missedWindowSeconds) ?? 3600
            return MissedPolicy(action: action, windowSeconds: windowSeconds)
        }
    }
}

extension ObjectReader {
    /// `timeoutSeconds` beside `target` or `steps`, where older dialects have it: 1 to 86,399.
    func timeoutOfOldDialect() -> TimeoutOfOldDialect? {
        guard let value = optional("timeoutSeconds") else { return nil }
        return value.int(NodeGroup.timeouts).map { TimeoutOfOldDialect(value: value, seconds: $0) }
    }
}

extension TemplateValue {
    /// The same of an object that is read later.
    fileprivate func timeoutOfOldDialect() -> TimeoutOfOldDialect? {
        node.members == nil ? nil : ObjectReader(self).timeoutOfOldDialect()
    }
}

/// A timeout for all groups that have none of their own.
struct TimeoutOfOldDialect {
    let value: TemplateValue
    let seconds: Int
}
