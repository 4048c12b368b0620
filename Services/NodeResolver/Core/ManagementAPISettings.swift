/// Where RabbitMQ's management API is, and who asks it.
public struct ManagementAPISettings: Sendable, CustomStringConvertible {
    /// The API's root without `/api`: `http://127.0.0.1:15672`, with a path where it is published under one.
    public let baseURL: String
    /// A user with the tag `administrator`.
    public let user: String
    /// Its password.
    public let password: String
    /// The virtual host that Courier uses.
    public let virtualHost: String
    /// How long one request may take; default 10 s.
    public var timeout: Duration = .seconds(10)

    /// The API at `baseURL`.
    public init(baseURL: String, user: String, password: String, virtualHost: String = "/") {
        var baseURL = baseURL
        while baseURL.hasSuffix("/") { baseURL.removeLast() }
        self.baseURL = baseURL
        self.user = user
        self.password = password
        self.virtualHost = virtualHost
    }

    /// The URL and the user, without the password.
    public var description: String { "\(user) at \(baseURL), virtual host \(virtualHost)" }

    /// The URL of a resource; each part is escaped, so that the virtual host `/` becomes `%2F`.
    func url(of path: [String]) -> String {
        "\(baseURL)/api/\(path.map(Self.escape).joined(separator: "/"))"
    }

    /// RFC 3986: everything but the unreserved characters.
    private static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                escaped.append(byte)
            default: escaped.append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
