internal import JSON

/// Reads job templates as people and exports write them, older dialects included, and gives them in canonical form.
///
/// The schema stands in the files beside: `TemplateJob`, `TemplateSchedule`, `TemplateTarget`, `TemplateStep`, `TemplateCommand`,
/// `TemplateOutputRules`, `TemplateConditions`, `TemplateStepCriteria`; one line per field.
public enum TemplateReader {
    /// The most bytes a template may have: 1 MiB.
    public static let maximumBytes = 1 << 20

    /// How many arrays and objects may stand inside one another.
    public static let maximumDepth = 64

    /// Reads a template in JSON and reports everything that is wrong with it at once. Takes time in proportion to the bytes.
    ///
    /// - Parameter bytes: The whole document.
    public static func read(_ bytes: [UInt8]) -> TemplateReading {
        read(TemplateDocument(json: bytes))
    }

    /// Reads a template and reports everything that is wrong with it at once.
    public static func read(_ document: TemplateDocument) -> TemplateReading {
        guard let root = document.root else { return TemplateReading(template: nil, problems: document.problems, warnings: []) }
        let findings = TemplateFindings(position: document.position)
        let template = JobTemplate.read(TemplateValue(node: root, pointer: .root, findings: findings))
        let problems = document.problems + findings.allProblems
        return TemplateReading(template: problems.isEmpty ? template : nil, problems: problems, warnings: findings.warnings)
    }
}
