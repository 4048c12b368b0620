internal import JSON
internal import JobModel

/// Builds a tree of JSON's kinds from YAML's events; refuses what JSON has no kind for.
struct YAMLTree {
    private(set) var root: JSONNode?
    private(set) var problems: [TemplateProblem] = []
    private(set) var places: YAMLPlaces
    private var frames: [Frame] = []
    private var anchors: [String: Finished] = [:]
    private var hasDocument = false
    private var repeated = 0

    /// How many keys that stand twice are reported one by one, as for JSON.
    private static let maximumDuplicates = 32

    /// An array or object that is being read.
    private struct Frame {
        let isMapping: Bool
        let offset: Int
        let anchor: String?
        var elements: [JSONNode] = []
        var members: [JSONMember] = []
        var names: Set<String> = []
        var key: (text: String, offset: Int, isRepeated: Bool)?
        /// The values inside, those behind aliases included, and the levels below.
        var size = 1
        var height = 1
    }

    /// A value that is complete.
    private struct Finished {
        let node: JSONNode
        let size: Int
        let height: Int
    }

    init(_ bytes: [UInt8]) {
        places = YAMLPlaces(bytes)
    }

    /// Takes the next event; `false` when the document is refused and nothing more is to be read.
    mutating func take(_ event: YAMLEvent) -> Bool {
        let offset = places.offset(character: event.character, line: event.line, column: event.column)
        do {
            switch event.kind {
            case .documentStart(let hasTags): try begin(hasTags: hasTags)
            case .alias(let name): try alias(name)
            case .scalar(let text, let tag, let isPlain): try scalar(text, tag, isPlain, event.anchor, offset)
            case .sequenceStart(let tag): try open(isMapping: false, tag, event.anchor, offset)
            case .mappingStart(let tag): try open(isMapping: true, tag, event.anchor, offset)
            case .end: close(end: offset)
            case .streamEnd, .other: break
            }
            return true
        } catch {
            root = nil
            problems.append(
                TemplateProblem(
                    .unparsable, at: .root, message: error.message, expected: error.expected, found: error.found, hint: error.hint,
                    position: places.position(of: offset)))
            return false
        }
    }

    private mutating func begin(hasTags: Bool) throws(YAMLScalar.Refusal) {
        if hasDocument {
            throw YAMLScalar.Refusal(
                message: "more than one document", expected: "one document", found: "another",
                hint: "put every template in a file of its own")
        }
        if hasTags { throw YAMLTag.refusal("%TAG") }
        hasDocument = true
    }

    private mutating func open(isMapping: Bool, _ tag: String?, _ anchor: String?, _ offset: Int) throws(YAMLScalar.Refusal) {
        if let tag, tag != "!", tag != (isMapping ? YAMLTag.map : YAMLTag.sequence) { throw YAMLTag.refusal(tag) }
        try checkDepth(1)
        if expectsKey { throw badKey("an array or object") }
        frames.append(Frame(isMapping: isMapping, offset: offset, anchor: anchor))
    }

    private mutating func scalar(
        _ text: String, _ tag: String?, _ isPlain: Bool, _ anchor: String?, _ offset: Int
    ) throws(YAMLScalar.Refusal) {
        let kind: JSONNode.Kind
        if let tag {
            kind = try YAMLScalar.tagged(text, tag, isPlain: isPlain)
        } else {
            kind = isPlain ? try YAMLScalar.plain(text) : .string(text)
        }
        let node = JSONNode(kind, offset: offset, end: offset)
        guard expectsKey else { return attach(Finished(node: node, size: 1 + text.utf8.count, height: 0), anchor) }
        guard let key = node.text else { throw badKey(node.type.description) }
        if key == "<<", isPlain {
            throw YAMLScalar.Refusal(
                message: "a merge key", expected: "the fields themselves", found: "\"<<\"", hint: "merge keys are not part of YAML 1.2")
        }
        takeKey(key, offset)
        if let anchor { anchors[anchor] = Finished(node: node, size: 1 + text.utf8.count, height: 0) }
    }

    private mutating func takeKey(_ key: String, _ offset: Int) {
        let isRepeated = !frames[frames.count - 1].names.insert(key).inserted
        frames[frames.count - 1].key = (key, offset, isRepeated)
        guard isRepeated else { return }
        repeated += 1
        guard repeated <= Self.maximumDuplicates else { return }
        problems.append(
            TemplateProblem(
                .unparsable, at: pointer, message: "the same key twice", expected: "every key once in its object",
                found: "\"\(key.prefix(60))\" again", position: places.position(of: offset)))
    }

    private mutating func alias(_ name: String) throws(YAMLScalar.Refusal) {
        if expectsKey { throw badKey("an alias") }
        guard let value = anchors[name] else {
            throw YAMLScalar.Refusal(
                message: "an alias of nothing", expected: "the name of an anchor that is complete before it",
                found: "\"*\(name.prefix(60))\"",
                hint: "write &\(name.prefix(60)) before the value that is meant")
        }
        try checkDepth(value.height)
        let size = frames.reduce(value.size) { $0 + $1.size }
        guard size <= TemplateReader.maximumBytes else {
            throw YAMLScalar.Refusal(
                message: "too much content", expected: "at most \(TemplateReader.maximumBytes) bytes of content with all aliases",
                found: "more", hint: "use fewer aliases")
        }
        attach(value, nil)
    }

    private mutating func close(end: Int) {
        guard let frame = frames.popLast() else { return }
        let kind: JSONNode.Kind = frame.isMapping ? .object(frame.members) : .array(frame.elements)
        attach(
            Finished(node: JSONNode(kind, offset: frame.offset, end: max(end, frame.offset)), size: frame.size, height: frame.height),
            frame.anchor)
    }

    private mutating func attach(_ value: Finished, _ anchor: String?) {
        if let anchor { anchors[anchor] = value }
        guard !frames.isEmpty else {
            root = value.node
            return
        }
        let last = frames.count - 1
        frames[last].size += value.size
        frames[last].height = max(frames[last].height, value.height + 1)
        guard frames[last].isMapping else { return frames[last].elements.append(value.node) }
        guard let key = frames[last].key else { return }
        frames[last].key = nil
        if !key.isRepeated { frames[last].members.append(JSONMember(key: key.text, keyOffset: key.offset, node: value.node)) }
    }

    private var expectsKey: Bool { frames.last.map { $0.isMapping && $0.key == nil } ?? false }

    /// Where the next value belongs.
    private var pointer: JSONPointer {
        JSONPointer(tokens: frames.map { $0.isMapping ? $0.key?.text ?? "" : String($0.elements.count) })
    }

    private func checkDepth(_ more: Int) throws(YAMLScalar.Refusal) {
        guard frames.count + more > TemplateReader.maximumDepth else { return }
        throw YAMLScalar.Refusal(
            message: "too deep", expected: "at most \(TemplateReader.maximumDepth) arrays and objects inside one another", found: "more",
            hint: "a template needs no more than a dozen")
    }

    private func badKey(_ found: String) -> YAMLScalar.Refusal {
        YAMLScalar.Refusal(message: "a key that is no text", expected: "a text as key", found: found, hint: "put the key in quotes")
    }
}
