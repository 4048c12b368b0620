import FoundationEssentials

/// The templates that jobs can be made from, by identifier and by name.
struct Gallery: Sendable {
    /// Every one is listed, and each may have a mebibyte.
    static let maximumCount = 1000

    private var templates: [UUID: StoredTemplate] = [:]
    private var names: [String: UUID] = [:]

    var count: Int { templates.count }

    /// By name.
    var all: [StoredTemplate] { templates.values.sorted { $0.name < $1.name } }

    /// The template with this identifier, or of this name: no name is a UUID.
    subscript(key: String) -> StoredTemplate? {
        (UUID(uuidString: key) ?? names[key]).flatMap { templates[$0] }
    }

    subscript(id: UUID) -> StoredTemplate? { templates[id] }

    /// Puts a template in, in place of the one with its identifier.
    mutating func put(_ template: StoredTemplate) {
        if let old = templates.updateValue(template, forKey: template.id), names[old.name] == template.id { names[old.name] = nil }
        names[template.name] = template.id
    }

    /// Adds a version to the template `id`.
    mutating func add(_ version: StoredTemplate.Version, to id: UUID) {
        guard var template = templates[id] else { return }
        template.versions.append(version)
        put(template)
    }

    mutating func remove(_ id: UUID) {
        if let old = templates.removeValue(forKey: id) { names[old.name] = nil }
    }
}
