import JSON
public import JobModel

/// Templates of the gallery: what they give sensitive inputs is sealed like a job's. A text may have placeholders beside the secret, so it is
/// opened, by the API alone, whenever a job is made of the template; what the job then has is sealed for itself.
extension TemplateSealer {
    /// `template` with the secrets of its job sealed. Those that are sealed already stay as they are, and one that is the same as in `known` is
    /// sealed as it is there: what did not change looks the same.
    ///
    /// - Throws: ``UnreadableSecret`` for one that another control plane has sealed.
    public func sealed(_ template: GalleryTemplate, like known: GalleryTemplate? = nil) throws -> GalleryTemplate {
        var before: [JSONPointer: SealedText] = [:]
        _ = known?.mapSecrets { text, pointer in
            before[pointer] = SealedText(text)
            return text
        }
        return try template.mapSecrets(seal(like: before))
    }

    /// `template` with the secrets of its job in the clear.
    ///
    /// - Throws: ``UnreadableSecret`` for one that another control plane has sealed.
    public func opened(_ template: GalleryTemplate) throws -> GalleryTemplate {
        try template.mapSecrets { text, pointer in
            guard let sealed = SealedText(text) else { return text }
            guard let text = opened(sealed) else { throw UnreadableSecret(pointer: pointer) }
            return text
        }
    }

    /// What was sealed; any other text, and what another control plane has sealed, as it is.
    public func opened(_ text: String) -> String { SealedText(text).flatMap(opened) ?? text }
}
