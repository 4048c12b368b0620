/// Finds the server: options, environment, profile, stack on this machine, in this order.
struct Discovery: Sendable {
    let context: CommandContext

    /// The server to talk to.
    ///
    /// - Throws: `CommandFailure` (`badInput`) when none is named, or a file that names it cannot be used.
    func server(_ options: ServerOptions) async throws -> Server {
        let found = try await find(options)
        guard let address = WebAddress(found.url), address.user == nil else {
            throw CommandFailure.badInput(
                "expected an address such as http://127.0.0.1:8080 from \(found.origin), found \"\(Self.withoutCredentials(found.url))\"")
        }
        let token: String?
        if let file = options.tokenFile {
            token = try await Self.token(context, file: file)
        } else {
            token = found.token
        }
        return Server(url: address.text, token: token, origin: found.origin)
    }

    private func find(_ options: ServerOptions) async throws -> Server {
        let environmentToken = context.environment["COURIER_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        if let url = options.url { return Server(url: url, token: environmentToken, origin: "--url") }
        if let name = options.profile { return try await profile(named: name) }
        if let url = context.environment["COURIER_URL"], !url.isEmpty {
            return Server(url: url, token: environmentToken, origin: "COURIER_URL")
        }
        let profiles = try await ProfileFile(context: context).read()
        if let name = profiles.current { return try await profile(named: name) }
        if let stack = try await StackFile.find(from: context.workingDirectory), let url = stack.url {
            var token = environmentToken
            if token == nil, options.tokenFile == nil, let file = stack.tokenFile { token = try await Self.token(context, file: file) }
            return Server(url: url, token: token, origin: stack.path)
        }
        throw CommandFailure.badInput(
            "no server is known: give --url, set COURIER_URL, run `courier login`, or start a stack here (.courier/stack.json)")
    }

    private func profile(named name: String) async throws -> Server {
        let file = try ProfileFile(context: context)
        let profiles = try await file.read()
        guard let profile = profiles.entries[name] else {
            let known = profiles.entries.keys.sorted().joined(separator: ", ")
            throw CommandFailure.badInput(
                "there is no profile \"\(name)\" in \(file.path); known: \(known.isEmpty ? "none" : known)")
        }
        return Server(url: profile.url, token: profile.token, origin: "profile \"\(name)\"")
    }

    /// Reads a token from a file, white space around it left out.
    static func token(_ context: CommandContext, file: String) async throws -> String {
        let bytes = try await context.read(file: file, limit: 65_536)
        let token = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard token.count == 1, let only = token.first, only.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CommandFailure.badInput("expected one token in \(file), found \(token.isEmpty ? "nothing" : "something else")")
        }
        return String(only)
    }

    /// An address for an error message.
    private static func withoutCredentials(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@") else { return url }
        return "…" + url[at...]
    }
}
