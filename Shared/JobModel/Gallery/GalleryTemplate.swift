internal import FoundationEssentials
public import JSON

/// A template of the gallery: a job template with parameters in place of some of its values, that jobs are made from.
public struct GalleryTemplate: Sendable, Hashable {
    /// 1 to 128 characters, no UUID; unique in a gallery.
    public var name: String
    /// 1 to 1,024 characters.
    public var description: String?
    /// What may be given, in the order of the document.
    public var parameters: [TemplateParameter]
    /// A job template, `${{ NAME }}` in place of values.
    public var job: JSONValue

    /// A template made of its parts.
    public init(name: String, description: String? = nil, parameters: [TemplateParameter], job: JSONValue) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.job = job
    }

    /// The parameter called `name`.
    public func parameter(_ name: String) -> TemplateParameter? { parameters.first { $0.name == name } }

    /// What reading a gallery template came to.
    public struct Reading: Sendable {
        /// The template; `nil` exactly when there are problems.
        public var template: GalleryTemplate?
        /// Everything that is wrong.
        public var problems: [TemplateProblem]
        /// What deserves a second look.
        public var warnings: [TemplateWarning]
    }

    /// Reads a gallery template and reports everything that is wrong with it at once: its parameters, their defaults, their uses, and the job
    /// they make.
    ///
    /// - Parameter open: Opens a text of a sensitive input that was sealed when the template was read before; gives any other as it is. The
    ///   placeholders of such a text are in what was sealed.
    public static func read(_ document: TemplateDocument, opening open: (String) -> String = { $0 }) -> Reading {
        guard let root = document.root?.openingSecrets(open) else {
            return Reading(template: nil, problems: document.problems, warnings: [])
        }
        let findings = TemplateFindings(position: document.position)
        let template = read(TemplateValue(node: root, pointer: .root, findings: findings))
        let problems = document.problems + findings.allProblems
        return Reading(template: problems.isEmpty ? template : nil, problems: problems, warnings: findings.warnings)
    }

    private static func read(_ value: TemplateValue) -> GalleryTemplate? {
        value.object { fields in
            let name = fields.required("name", "the template's name")?.galleryName()
            let description = fields.optional("description")?.text(TemplateLimits.description)
            let before = value.findings.problems.count
            let definitions = fields.optional("parameters")
            let parameters = definitions.map { TemplateParameter.readAll($0) } ?? []
            let areGood = value.findings.problems.count == before
            let job = fields.required("job", "a job template, with ${{ NAME }} in place of values")
            guard let job, let parameters else { return nil }
            TemplateUsage(parameters: parameters, definitions: definitions).check(job, canMakeJobs: areGood)
            return name.map { GalleryTemplate(name: $0, description: description, parameters: parameters, job: job.node.value) }
        }
    }
}

extension TemplateValue {
    /// A name that no identifier can be taken for.
    fileprivate func galleryName() -> String? {
        guard let name = text(TemplateLimits.name) else { return nil }
        guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            return problem("forbidden character", expected: "a name without control characters", found: "one")
        }
        return UUID(uuidString: name) == nil ? name : problem("not a name", expected: "a name that is no UUID, as identifiers are")
    }
}

extension GalleryTemplate: JSONCodable {
    /// Writes what ``read(_:)`` reads.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("description", ifPresent: description)
            encodeContents(to: &writer)
        }
    }

    /// Writes the fields but name and description, for an object that has these and others as well.
    public func encodeContents(to writer: inout JSONWriter) {
        writer.field("parameters", TemplateParameters(all: parameters))
        writer.field("job", job)
    }

    /// Reads what was found right when it was made; it is not judged again by rules that may have changed since.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        let parameters: TemplateParameters = try fields("parameters")
        self.init(
            name: try fields("name"), description: try fields.optional("description"), parameters: parameters.all, job: try fields("job"))
    }
}
