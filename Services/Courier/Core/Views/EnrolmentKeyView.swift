internal import JSON

/// Enrolment keys in tables, without their secret.
enum EnrolmentKeyView {
    static let columns: [Column] = [
        .field("NAME", "name", isFlexible: true),
        .field("STATUS", "status"),
        Column("USES LEFT", alignment: .right) { key in
            (key["usesLeft"] ?? key["uses"]).map { $0.isNull ? "unlimited" : Cell.text($0) } ?? "unlimited"
        },
        .time("EXPIRES", "expiresAt"),
        .time("CREATED", "createdAt"),
    ]
}
