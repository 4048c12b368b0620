/// An `http` or `https` address, taken apart as far as it matters here.
struct WebAddress: Sendable, Equatable {
    /// Scheme, host, port and path without a slash at the end and without a user.
    let text: String
    /// The user and password before the host, unescaped.
    let user: String?
    let password: String?

    /// Reads an address; `nil` when it is none, or has a query or a fragment.
    init?(_ text: String) {
        guard let separator = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        var rest = text[separator.upperBound...]
        guard !rest.contains(where: { $0 == "?" || $0 == "#" || $0.isWhitespace }) else { return nil }
        while rest.hasSuffix("/") { rest.removeLast() }
        let authorityEnd = rest.firstIndex(of: "/") ?? rest.endIndex
        var credentials: Substring?
        if let at = rest[..<authorityEnd].lastIndex(of: "@") {
            credentials = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        guard let first = rest.first, first != "/", first != ":" else { return nil }
        self.text = "\(scheme)://\(rest)"
        let parts = credentials?.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) ?? []
        user = parts.first.flatMap { PercentEncoding.decode($0) }
        password = parts.count > 1 ? PercentEncoding.decode(parts[1]) : nil
    }
}
