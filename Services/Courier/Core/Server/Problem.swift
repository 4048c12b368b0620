internal import JSON

/// A problem document (RFC 9457), or what stands in for one when the answer is none.
struct Problem: Error, Sendable, Equatable {
    /// One thing that is wrong with a template.
    struct Defect: Sendable, Equatable {
        let pointer: String
        let message: String
        let expected: String?
        let found: String?
        let hint: String?

        /// `/name: missing (expected a string, found nothing; add it)`.
        var line: String {
            let subject = pointer.isEmpty ? "the document" : pointer
            var details = [expected.map { "expected \($0)" }, found.map { "found \($0)" }].compactMap(\.self).joined(separator: ", ")
            if let hint { details += (details.isEmpty ? "" : "; ") + hint }
            return subject + ": " + message + (details.isEmpty ? "" : " (\(details))")
        }
    }

    let status: Int
    let title: String?
    let detail: String?
    let defects: [Defect]

    init(status: Int, title: String? = nil, detail: String? = nil, defects: [Defect] = []) {
        self.status = status
        self.title = title
        self.detail = detail
        self.defects = defects
    }

    /// Reads the body of an answer with an error status; a body of another shape is left out.
    init(status: Int, body: [UInt8]) {
        let document = try? JSONNode.parse(body)
        self.init(
            status: status, title: document?["title"]?.text, detail: document?["detail"]?.text,
            defects: document?["problems"]?.elements?.map(Defect.init) ?? [])
    }

    /// Whether what was sent is at fault, and not the state of things.
    var isBadInput: Bool { [400, 413, 415, 422].contains(status) }

    /// Whether the server is there but cannot serve for the moment.
    var isTemporary: Bool { [429, 502, 503, 504].contains(status) }

    /// The whole problem for people, one line for each defect.
    var text: String {
        let heading: String
        switch (detail, title) {
        case (let detail?, _): heading = detail
        case (nil, let title?): heading = title
        case (nil, nil): heading = "the server answered with status \(status)"
        }
        var lines = ["\(DisplayWidth.printable(heading)) [\(status)]"]
        lines += defects.map { "  " + DisplayWidth.printable($0.line) }
        if let advice { lines.append(advice) }
        return lines.joined(separator: "\n")
    }

    private var advice: String? {
        switch status {
        case 401: "give a token that the server knows: `courier login`, --token-file FILE or COURIER_TOKEN"
        case 403: "the token in use may not do this; use one with more rights"
        default: nil
        }
    }
}

extension Problem.Defect {
    init(_ node: JSONNode) {
        self.init(
            pointer: node["pointer"]?.text ?? "", message: node["message"]?.text ?? "not valid", expected: node["expected"]?.text,
            found: node["found"]?.text, hint: node["hint"]?.text)
    }
}
