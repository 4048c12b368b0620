internal import JSON

/// A column of a table: its heading and what it shows of an item.
struct Column: Sendable {
    enum Alignment: Sendable {
        case left
        case right
    }

    let title: String
    let alignment: Alignment
    /// Whether the column gives way when the terminal is too narrow.
    let isFlexible: Bool
    let cell: @Sendable (JSONNode) -> String

    init(
        _ title: String, alignment: Alignment = .left, isFlexible: Bool = false,
        cell: @escaping @Sendable (JSONNode) -> String
    ) {
        self.title = title
        self.alignment = alignment
        self.isFlexible = isFlexible
        self.cell = cell
    }

    /// A column that shows the field at `path` as it is.
    static func field(_ title: String, _ path: String..., alignment: Alignment = .left, isFlexible: Bool = false) -> Column {
        Column(title, alignment: alignment, isFlexible: isFlexible) { Cell.text($0[JSONPointer(tokens: path)]) }
    }

    /// A column that shows a time to the second.
    static func time(_ title: String, _ name: String) -> Column {
        Column(title) { Cell.time($0[name]) }
    }
}
