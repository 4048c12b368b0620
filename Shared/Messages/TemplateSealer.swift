import Crypto
public import FoundationEssentials
public import JSON
public import JobModel

/// Keeps the sensitive inputs of templates out of every store and queue of the control plane.
///
/// The API seals them when it accepts a template; from then on nobody has them in the clear but the runners. A worker sends with each command what
/// opens them (header `courier-secrets`), sealed for that command's node alone.
public struct TemplateSealer: Sendable {
    private let masterKey: MasterKey

    /// A sealer of the control plane whose key is `masterKey`.
    public init(_ masterKey: MasterKey) {
        self.masterKey = masterKey
    }

    /// `actions` with every sensitive input, given or by default, sealed. Those that are sealed already, in a template that was read back, stay as
    /// they are, and one that is the same as in `known` is sealed as it is there: what did not change looks the same.
    ///
    /// - Throws: ``UnreadableSecret`` for one that another control plane has sealed.
    public func sealed(_ actions: Actions, like known: Actions? = nil) throws -> Actions {
        var before: [JSONPointer: SealedText] = [:]
        _ = known?.mapSecrets { text, pointer in
            before[pointer] = SealedText(text)
            return text
        }
        return try actions.mapSecrets(seal(like: before))
    }

    /// What seals texts, all with one new salt; one that is the same as that `before` at its place becomes that.
    func seal(like before: [JSONPointer: SealedText]) -> (_ text: String, _ pointer: JSONPointer) throws -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let (salt, key) = (Data(bytes).base64EncodedString(), masterKey.templateKey(salt: bytes))
        return { text, pointer in
            guard let sealed = SealedText(text) else {
                if let old = before[pointer], self.opened(old) == text { return old.text }
                return try SealedText(text, salt: salt, key: key).text
            }
            guard self.opened(sealed) != nil else { throw UnreadableSecret(pointer: pointer) }
            return text
        }
    }

    /// What was sealed; `nil` when it was sealed by another control plane, or is damaged.
    func opened(_ sealed: SealedText) -> String? { key(of: sealed.salt).flatMap(sealed.opened) }

    /// The salts of the keys that `actions` need, sorted; none when nothing in them is sealed.
    public static func salts(of actions: Actions) -> [String] {
        var salts: Set<String> = []
        _ = actions.mapSecrets { text, _ in
            if let sealed = SealedText(text) { salts.insert(sealed.salt) }
            return text
        }
        return salts.sorted()
    }

    /// The header that lets `node` open values with these salts; `nil` when there are none.
    public func header(for salts: [String], node: UUID) -> String? {
        guard !salts.isEmpty else { return nil }
        var keys: [String: String] = [:]
        for salt in salts { keys[salt] = key(of: salt)?.withUnsafeBytes { Data($0).base64EncodedString() } }
        let box = try? ChaChaPoly.seal(keys.encoded(), using: masterKey.commandKey(of: node).wrappingKey)
        return box?.combined.base64EncodedString()
    }

    private func key(of salt: String) -> SymmetricKey? {
        Data(base64Encoded: salt).map { masterKey.templateKey(salt: Array($0)) }
    }
}

/// Opens the sensitive inputs of commands for one node.
public struct TemplateOpener: Sendable {
    private let key: SymmetricKey

    /// An opener for the node whose command key is `key`.
    public init(_ key: CommandKey) {
        self.key = key.wrappingKey
    }

    /// `actions` with the sensitive inputs in the clear. `header`: the command's `courier-secrets`.
    ///
    /// - Throws: ``InvalidCommand`` when something is sealed that the header does not open.
    public func opened(_ actions: Actions, header: String?) throws -> Actions {
        guard !TemplateSealer.salts(of: actions).isEmpty else { return actions }
        guard let header else { throw InvalidCommand(reason: "header \(HeaderName.secrets), which opens its sensitive inputs, is missing") }
        guard let data = Data(base64Encoded: header), let box = try? ChaChaPoly.SealedBox(combined: data),
            let bytes = try? ChaChaPoly.open(box, using: key), let texts = try? [String: String](json: Array(bytes))
        else { throw InvalidCommand(reason: "header \(HeaderName.secrets) was not sealed for this node") }
        let keys = texts.compactMapValues { Data(base64Encoded: $0).map { SymmetricKey(data: $0) } }
        return try actions.mapSecrets { text, pointer in
            guard let sealed = SealedText(text) else { return text }
            guard let text = keys[sealed.salt].flatMap(sealed.opened) else {
                throw InvalidCommand(reason: "the sensitive value \(pointer) cannot be opened")
            }
            return text
        }
    }
}

/// A sealed value that this control plane cannot open.
public struct UnreadableSecret: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where it stands in the template.
    public let pointer: JSONPointer

    /// As a problem of the template.
    public var problem: TemplateProblem {
        TemplateProblem(
            at: pointer, message: "a sealed value that cannot be opened",
            expected: "the value itself, or one that this control plane has sealed",
            found: "one that another control plane has sealed, or that was changed", hint: "write the value itself")
    }

    /// The problem in words.
    public var description: String { "\(problem)" }
}

extension Actions {
    /// The actions with `change` made to every sensitive input, given or by default; it is told where each stands.
    fileprivate func mapSecrets(_ change: (_ text: String, _ pointer: JSONPointer) throws -> String) rethrows -> Actions {
        var actions = self
        for (index, step) in steps.enumerated() {
            for (name, input) in step.expectedInputs where input.sensitive {
                let place = JSONPointer(tokens: ["actions", "steps", String(index)])
                if let text = step.inputs[name] {
                    actions.steps[index].inputs[name] = try change(text, place.appending("inputs").appending(name))
                }
                if let text = input.defaultValue {
                    let pointer = place.appending("expectedInputs").appending(name).appending("default")
                    actions.steps[index].expectedInputs[name]?.defaultValue = try change(text, pointer)
                }
            }
        }
        return actions
    }
}
