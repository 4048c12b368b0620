public import JSON

/// A request for a job made of a gallery template: values of its parameters, a name for the job, the version of the template.
public struct TemplateUse: Sendable {
    /// The version asked for; `nil`: the latest.
    public private(set) var version: Int?
    private var name: String?
    private var values: JSONNode?
    private let document: TemplateDocument
    private var problems: [TemplateProblem]

    /// Reads a request. What is wrong with it is told together with what is wrong with the job.
    public init(_ document: TemplateDocument) {
        self.document = document
        problems = document.problems
        guard let root = document.root else { return }
        let findings = TemplateFindings(position: document.position)
        let value = TemplateValue(node: root, pointer: .root, findings: findings)
        let read: (version: Int?, name: String?, values: JSONNode?)? = value.object { fields in
            let version = fields.optional("version")?.int(1...Int.max)
            let name = fields.optional("name")?.text(TemplateLimits.name)
            let values = fields.optional("parameters")
            if let values, values.node.members == nil { values.wrongKind("an object: values by name") as Void? }
            return (version, name, values?.node)
        }
        (version, name, values) = read ?? (nil, nil, nil)
        problems += findings.allProblems
    }

    /// What the request came to.
    public struct Result: Sendable {
        /// The job; its template is `nil` exactly when there are problems, each at the parameter it comes from.
        public var reading: TemplateReading
        /// The values used, defaults filled in; those of sensitive parameters are left out.
        public var values: [String: JSONValue]
    }

    /// The job that `template` makes of the request; all that is wrong is told at once.
    public func job(of template: GalleryTemplate) -> Result {
        let findings = TemplateFindings(position: document.position)
        let isObject = document.root?.members != nil && values.map { $0.members != nil } ?? true
        let checked = isObject ? check(template, findings) : [:]
        let secrets = Set(template.parameters.filter(\.sensitive).map(\.name))
        let open = checked.filter { !secrets.contains($0.key) }
        let wrong = problems + findings.allProblems
        guard wrong.isEmpty else { return Result(reading: TemplateReading(template: nil, problems: wrong, warnings: []), values: open) }
        var filled = FilledTemplate(JSONNode(of: template.job, offset: 0, end: 0), values: checked)
        if let name { filled.rename(name) }
        let reading = TemplateReader.read(
            TemplateDocument(root: filled.root, problems: [], position: { _ in JSONPosition(line: 1, column: 1, offset: 0) }))
        return Result(reading: explained(reading, filled), values: open)
    }

    /// The values that are good, and defaults.
    private func check(_ template: GalleryTemplate, _ findings: TemplateFindings) -> [String: JSONValue] {
        let place = JSONPointer.root.appending("parameters")
        let root = document.root ?? JSONNode(.null, offset: 0, end: 0)
        let given = Dictionary((values?.members ?? []).map { ($0.key, $0) }) { first, _ in first }
        var checked: [String: JSONValue] = [:]
        for parameter in template.parameters {
            let pointer = place.appending(parameter.name)
            if let node = given[parameter.name]?.node, node.type != .null {
                checked[parameter.name] = ParameterCheck(parameter).checked(
                    TemplateValue(node: node, pointer: pointer, findings: findings))
            } else if parameter.required {
                findings.report(
                    at: pointer, offset: (values ?? root).offset, "missing", expected: "a value of type \(parameter.type.rawValue)",
                    found: "nothing", hint: parameter.description)
            } else {
                checked[parameter.name] = parameter.defaultValue
            }
        }
        let names = Set(template.parameters.map(\.name))
        for member in values?.members ?? [] where !names.contains(member.key) {
            findings.reportUnknownParameter(
                member.key, at: place.appending(member.key), offset: member.keyOffset, among: template.parameters)
        }
        return checked
    }

    /// Problems of the job, told of the parameters that they come from.
    private func explained(_ reading: TemplateReading, _ filled: FilledTemplate) -> TemplateReading {
        var reading = reading
        reading.problems = reading.problems.map { problem in
            var problem = problem
            let place = problem.pointer.description
            let names = filled.parameters(at: problem.pointer)
            problem.pointer = JSONPointer(tokens: ["parameters"] + names.prefix(1))
            problem.message += " at \(place.isEmpty ? "the root" : place) of the job"
            problem.position = (document.root?[problem.pointer] ?? values ?? document.root).map { document.position($0.offset) }
            return problem
        }
        reading.warnings = reading.warnings.map { TemplateWarning(at: $0.pointer, message: $0.message) }
        return reading
    }
}
