internal import JSON

/// The servers a user has logged in to.
struct Profiles: Sendable, Equatable {
    /// A server and the token for it.
    struct Entry: Sendable, Equatable {
        var url: String
        var token: String?
    }

    /// The name of the profile in use.
    var current: String?
    var entries: [String: Entry] = [:]

    init() {}

    /// Reads the file's document.
    ///
    /// - Throws: `CommandFailure` that says what is wrong; `path` is for its text.
    init(_ document: JSONNode, path: String) throws {
        guard document["version"]?.int == 1, let members = document["profiles"]?.members else {
            throw CommandFailure.badInput(
                "\(path): expected an object with \"version\" 1 and \"profiles\"; move it away and run `courier login` again")
        }
        for member in members {
            guard let url = member.node["url"]?.text else {
                throw CommandFailure.badInput(
                    "\(path): expected \"url\" in profile \"\(member.key)\"; run `courier login --name \(member.key)` again")
            }
            entries[member.key] = Entry(url: url, token: member.node["token"]?.text)
        }
        current = document["current"]?.text
    }

    /// The file's document, profiles in the order of their names.
    var document: JSONNode {
        .object([
            ("version", .number(1)),
            ("current", current.map(JSONNode.text)),
            (
                "profiles",
                .object(
                    entries.sorted { $0.key < $1.key }.map { name, entry in
                        (name, .object([("url", .text(entry.url)), ("token", entry.token.map(JSONNode.text))]))
                    })
            ),
        ])
    }
}
