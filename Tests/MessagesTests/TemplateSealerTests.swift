import FoundationEssentials
import JSON
import JobModel
import Testing

@testable import Messages

/// Sensitive inputs are sealed for all, and opened for one node.
@Suite struct TemplateSealerTests {
    private let node = UUID()

    private func key(_ byte: UInt8) throws -> MasterKey { try MasterKey(bytes: Array(repeating: byte, count: 32)) }

    private func actions(_ password: String, token: String? = "default-token") -> Actions {
        Actions(steps: [
            Step(
                name: "one", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": ["true"]]),
                inputs: ["pass/word": password, "plain": "shown"],
                expectedInputs: [
                    "pass/word": ExpectedInput(sensitive: true), "token": ExpectedInput(defaultValue: token, sensitive: true),
                    "plain": ExpectedInput(),
                ])
        ])
    }

    @Test func whatIsSealedIsOpenedByItsNodeAlone() throws {
        let sealer = TemplateSealer(try key(1))
        let original = actions("hunter2")
        let sealed = try sealer.sealed(original)
        let text = String(decoding: sealed.encoded(), as: UTF8.self)
        #expect(!text.contains("hunter2") && !text.contains("default-token") && text.contains("shown"))
        let salts = TemplateSealer.salts(of: sealed)
        #expect(salts.count == 1)
        let header = sealer.header(for: salts, node: node)
        #expect(try TemplateOpener(key(1).commandKey(of: node)).opened(sealed, header: header) == original)
        #expect(throws: InvalidCommand.self) { try TemplateOpener(key(1).commandKey(of: UUID())).opened(sealed, header: header) }
        #expect(throws: InvalidCommand.self) { try TemplateOpener(key(1).commandKey(of: node)).opened(sealed, header: nil) }
        #expect(throws: InvalidCommand.self) { try TemplateOpener(key(1).commandKey(of: node)).opened(sealed, header: "AAAA") }
        // The keys of another template open nothing of this one.
        let other = TemplateSealer.salts(of: try sealer.sealed(original))
        #expect(throws: InvalidCommand.self) {
            try TemplateOpener(key(1).commandKey(of: node)).opened(sealed, header: sealer.header(for: other, node: node))
        }
    }

    @Test func nothingSealedNeedsNoHeader() throws {
        let plain = Actions(steps: [])
        #expect(TemplateSealer(try key(1)).header(for: TemplateSealer.salts(of: plain), node: node) == nil)
        #expect(try TemplateOpener(key(1).commandKey(of: node)).opened(plain, header: nil) == plain)
        // A control plane without a key sends values as they are.
        #expect(try TemplateOpener(key(1).commandKey(of: node)).opened(actions("x"), header: nil) == actions("x"))
    }

    @Test func whatWasReadBackStaysAsItIsAndMayBeMixedWithNewValues() throws {
        let sealer = TemplateSealer(try key(1))
        let sealed = try sealer.sealed(actions("old"))
        #expect(try sealer.sealed(sealed) == sealed)
        var edited = sealed
        edited.steps[0].inputs["pass/word"] = "new"
        let again = try sealer.sealed(edited)
        let salts = TemplateSealer.salts(of: again)
        #expect(salts.count == 2)
        let opened = try TemplateOpener(key(1).commandKey(of: node)).opened(again, header: sealer.header(for: salts, node: node))
        #expect(opened == actions("new"))
    }

    @Test func whatDidNotChangeLooksTheSame() throws {
        let sealer = TemplateSealer(try key(1))
        let sealed = try sealer.sealed(actions("same"))
        #expect(try sealer.sealed(actions("same"), like: sealed) == sealed)
        let changed = try sealer.sealed(actions("other"), like: sealed)
        #expect(changed.steps[0].inputs["pass/word"] != sealed.steps[0].inputs["pass/word"])
        #expect(changed.steps[0].expectedInputs["token"] == sealed.steps[0].expectedInputs["token"])
    }

    @Test func whatAnotherControlPlaneSealedIsRefusedWithItsPlace() throws {
        let foreign = try TemplateSealer(key(2)).sealed(actions("x", token: nil))
        let error = #expect(throws: UnreadableSecret.self) { try TemplateSealer(key(1)).sealed(foreign) }
        #expect(error?.description.contains("/actions/steps/0/inputs/pass~1word") == true, "\(error?.description ?? "")")
    }
}
