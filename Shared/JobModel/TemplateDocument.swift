public import JSON

/// A template's document as a tree, however it was written down, with what is wrong with its writing.
public struct TemplateDocument: Sendable {
    /// The tree; `nil` when there is none that could be examined any further.
    public var root: JSONNode?
    /// What is wrong with the document as such.
    public var problems: [TemplateProblem]
    /// The place of an offset into the document.
    public var position: @Sendable (Int) -> JSONPosition

    /// A document made of its parts.
    public init(root: JSONNode?, problems: [TemplateProblem], position: @escaping @Sendable (Int) -> JSONPosition) {
        self.root = root
        self.problems = problems
        self.position = position
    }

    /// The JSON document in `bytes`: at most ``TemplateReader/maximumBytes`` and ``TemplateReader/maximumDepth`` levels.
    public init(json bytes: [UInt8]) {
        self = TemplateSource(bytes).document
    }
}
