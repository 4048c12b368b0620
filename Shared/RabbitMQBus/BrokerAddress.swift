import MessageBus

/// The parts of an AMQP URI.
struct BrokerAddress: Equatable {
    var usesTLS = false
    var user = "guest"
    var password = "guest"
    var host = ""
    var port = 5672
    var virtualHost = "/"

    init(_ url: String) throws(BusError) {
        var rest = url[...]
        if let body = Self.dropping("amqp://", from: rest) {
            rest = body
        } else if let body = Self.dropping("amqps://", from: rest) {
            rest = body
            usesTLS = true
            port = 5671
        } else {
            throw Self.wrong("it must begin with amqp:// or amqps://")
        }
        if rest.contains("?") || rest.contains("#") {
            throw Self.wrong("options are not taken from the URL; percent-encode ? and # in names and passwords")
        }
        var authority = rest
        if let slash = rest.firstIndex(of: "/") {
            authority = rest[..<slash]
            let path = rest[rest.index(after: slash)...]
            if path.contains("/") { throw Self.wrong("a slash in the virtual host must be written %2F") }
            if !path.isEmpty { virtualHost = try Self.decode(path, "virtual host") }
        }
        if let at = authority.lastIndex(of: "@") {
            try readUser(authority[..<at])
            authority = authority[authority.index(after: at)...]
        }
        try readHost(authority)
    }

    private mutating func readUser(_ text: Substring) throws(BusError) {
        guard let colon = text.firstIndex(of: ":") else {
            user = try Self.decode(text, "user")
            return
        }
        user = try Self.decode(text[..<colon], "user")
        password = try Self.decode(text[text.index(after: colon)...], "password")
    }

    private mutating func readHost(_ text: Substring) throws(BusError) {
        var name = text
        var portText: Substring?
        if text.first == "[", let close = text.lastIndex(of: "]") {
            name = text[text.index(after: text.startIndex)..<close]
            let after = text[text.index(after: close)...]
            if after.first == ":" { portText = after.dropFirst() } else if !after.isEmpty { throw Self.wrong("text after ]") }
        } else if let colon = text.lastIndex(of: ":") {
            name = text[..<colon]
            portText = text[text.index(after: colon)...]
        }
        host = try Self.decode(name, "host")
        if host.isEmpty { throw Self.wrong("the host is missing") }
        guard let portText else { return }
        guard let number = Int(portText), (1...65535).contains(number) else {
            throw Self.wrong("the port must be 1 to 65535, found '\(portText)'")
        }
        port = number
    }

    private static func dropping(_ prefix: String, from text: Substring) -> Substring? {
        text.prefix(prefix.count).lowercased() == prefix ? text.dropFirst(prefix.count) : nil
    }

    private static func decode(_ text: Substring, _ part: String) throws(BusError) -> String {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue) else {
                throw wrong("the \(part) has a % without two hexadecimal digits")
            }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
            throw wrong("the \(part) is not UTF-8 text")
        }
        return decoded
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        Character(UnicodeScalar(digit)).hexDigitValue.map { UInt8($0) }
    }

    private static func wrong(_ what: String) -> BusError {
        BusError(.configuration, subject: "broker URL", reason: "\(what); expected amqp[s]://user:password@host:port/virtual-host")
    }
}
