import FoundationEssentials
import JSON
import Testing

extension EndToEndTests.BadInputTests {
    /// An identity file that a runner cannot use.
    struct BadIdentity {
        var what: String
        var text: String
        var permissions = 0o600
        var says: String
    }

    @Test func damagedIdentitiesAreRefused() async throws {
        let stack = try #require(Stack.shared)
        let name = stack.runners[1]
        let node = stack.node(of: name)
        let file = "\(stack.data(of: name))/identity.json"
        #expect(try await stack.stop(name) == .exited(0))
        let good = Files.text(file)
        for bad in try badIdentities(good) {
            try Files.write(bad.text, to: file, permissions: bad.permissions)
            let before = stack.log(of: name).utf8.count
            try stack.start(name)
            let ending = try await stack.ending(of: name)
            let output = String(stack.log(of: name).utf8.dropFirst(before)) ?? ""
            guard case .exited(let code) = ending else { throw Trouble("\(bad.what): \(ending)\n\(output)") }
            #expect(code != 0, "\(bad.what): \(output)")
            #expect(output.contains(bad.says), "\(bad.what): \(output)")
            // A damaged file is left for whoever repairs it.
            #expect(Files.text(file) == bad.text, "\(bad.what)")
        }
        try Files.write(good, to: file)
        try await stack.restart(name)
        #expect(stack.node(of: name) == node)
        #expect(try await stack.api.get("/v1/nodes").items.count == stack.runners.count)
        try await stack.expectHealth(after: "damaged identities")
    }

    private func badIdentities(_ good: String) throws -> [BadIdentity] {
        guard case .object(let members) = try JSONValue(json: Array(good.utf8)) else { throw Trouble("no identity: \(good)") }
        func with(_ key: String, _ value: JSONValue?) -> String {
            var changed = members
            changed[key] = value
            return String(decoding: JSONValue.object(changed).encoded(), as: UTF8.self)
        }
        return [
            BadIdentity(what: "an empty file", text: "", says: "identity.json: expected"),
            BadIdentity(what: "no JSON", text: "runner 7", says: "identity.json: expected"),
            BadIdentity(what: "half a file", text: String(good.prefix(good.count / 2)), says: "identity.json: expected"),
            BadIdentity(what: "a later version", text: with("version", 2), says: "version 2"),
            BadIdentity(what: "no command key", text: with("commandKey", nil), says: "commandKey"),
            BadIdentity(what: "a key that is none", text: with("commandKey", "zz"), says: "64 hexadecimal digits"),
            BadIdentity(what: "a node that is no UUID", text: with("nodeId", "runner-2"), says: "UUID"),
            BadIdentity(what: "a broker of another protocol", text: with("brokerUrl", "http://127.0.0.1/"), says: "amqp"),
            BadIdentity(what: "a broker that is no address", text: with("brokerUrl", "here"), says: "amqp"),
            BadIdentity(what: "a file that others may read", text: good, permissions: 0o644, says: "0600"),
        ]
    }
}
