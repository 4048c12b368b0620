import FoundationEssentials
import JobModel
import Messages
import ServiceKit

extension APIState {
    /// A template comes into the gallery.
    mutating func createTemplate(
        _ id: UUID, _ template: GalleryTemplate, _ request: ClientRequest, warnings: [TemplateWarning], at now: Timestamp,
        effects: inout Effects<APIState>
    ) {
        guard !repeats(request, "template.create", at: now, effects: &effects) else { return }
        guard gallery[template.name] == nil else { return effects.answer(.refused(.templateNameTaken(template.name))) }
        guard gallery.count < Gallery.maximumCount else {
            return effects.answer(
                .refused(
                    QueryProblem(status: 409, detail: "There are \(Gallery.maximumCount) templates, which is the most. Delete one first.")))
        }
        let stored = StoredTemplate(id: id, versions: [StoredTemplate.Version(number: 1, createdAt: now, template: template)])
        record(.template(stored), in: &effects)
        let answer = TemplateAnswer(warnings: warnings).encoded(stored)
        finish(request, "template.create", id, template.name, answer, at: now, effects: &effects)
    }

    /// A template gets another version; what it has already makes none.
    mutating func replaceTemplate(
        _ key: String, _ template: GalleryTemplate, _ request: ClientRequest, warnings: [TemplateWarning], at now: Timestamp,
        effects: inout Effects<APIState>
    ) {
        guard !repeats(request, "template.replace", at: now, effects: &effects) else { return }
        guard let stored = gallery[key], let current = stored.current else { return effects.answer(.refused(.noTemplate(key))) }
        if let other = gallery[template.name], other.id != stored.id {
            return effects.answer(.refused(.templateNameTaken(template.name)))
        }
        if template != current.template {
            let version = StoredTemplate.Version(number: current.number + 1, createdAt: now, template: template)
            record(.templateReplaced(stored.id, version), in: &effects)
        }
        let answer = TemplateAnswer(warnings: warnings).encoded(gallery[stored.id] ?? stored)
        finish(request, "template.replace", stored.id, template.name, answer, at: now, effects: &effects)
    }

    /// A template leaves the gallery; jobs that were made from it stay.
    mutating func deleteTemplate(_ key: String, actor: String, at now: Timestamp, effects: inout Effects<APIState>) {
        guard let stored = gallery[key] else { return effects.answer(.refused(.noTemplate(key))) }
        record(.templateDeleted(stored.id), in: &effects)
        record(.audited(AuditEntry(at: now, actor: actor, action: "template.delete", subject: stored.id, name: stored.name)), in: &effects)
        effects.answer(.done)
    }

    private mutating func finish(
        _ request: ClientRequest, _ action: String, _ id: UUID, _ name: String, _ answer: [UInt8], at now: Timestamp,
        effects: inout Effects<APIState>
    ) {
        remember(request, about: id, answer, at: now, effects: &effects)
        record(.audited(AuditEntry(at: now, actor: request.actor, action: action, subject: id, name: name)), in: &effects)
        effects.answer(.answered(id, answer))
    }
}

extension QueryProblem {
    /// There is no such template in the gallery.
    static func noTemplate(_ key: String) -> QueryProblem {
        QueryProblem(status: 404, detail: "There is no template '\(key.prefix(128))'.")
    }

    static func templateNameTaken(_ name: String) -> QueryProblem {
        QueryProblem(
            status: 409, detail: "There is a template '\(name)' already. Replace it with PUT /v1/templates/{name}, or take another name.")
    }
}
