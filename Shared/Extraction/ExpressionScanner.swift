/// The code points of an expression, one after the other.
struct ExpressionScanner {
    let scalars: [Unicode.Scalar]
    let language: ExpressionError.Language
    /// The next code point to read.
    var index = 0

    init(_ text: String, _ language: ExpressionError.Language) {
        scalars = Array(text.unicodeScalars)
        self.language = language
    }

    var isAtEnd: Bool { index >= scalars.count }

    /// The next code point, which is not taken.
    var next: Unicode.Scalar? { peek(0) }

    /// The code point `distance` behind the next one.
    func peek(_ distance: Int) -> Unicode.Scalar? {
        let place = index + distance
        return scalars.indices.contains(place) ? scalars[place] : nil
    }

    /// Takes the next code point.
    mutating func take() -> Unicode.Scalar? {
        guard let next else { return nil }
        index += 1
        return next
    }

    /// Takes `text` if it comes next.
    mutating func take(_ text: StaticString) -> Bool {
        let wanted = text.withUTF8Buffer { $0.map { Unicode.Scalar($0) } }
        guard scalars[index...].starts(with: wanted) else { return false }
        index += wanted.count
        return true
    }

    /// Takes what comes next as long as `isWanted`.
    mutating func takeWhile(_ isWanted: (Unicode.Scalar) -> Bool) -> String {
        let start = index
        while let next, isWanted(next) { index += 1 }
        return String(String.UnicodeScalarView(scalars[start..<index]))
    }

    /// The error that something else than `expected` stands here, or at `place`.
    func error(_ expected: String, found: String? = nil, at place: Int? = nil) -> ExpressionError {
        let place = place ?? index
        let there = scalars.indices.contains(place) ? scalars[place] : nil
        return ExpressionError(language, expected: expected, found: found ?? ExpressionError.words(for: there), position: place + 1)
    }

    /// Takes exactly `count` hexadecimal digits.
    mutating func hex(_ count: Int) throws(ExpressionError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = next?.hexDigit else { throw error(count == 1 ? "a hexadecimal digit" : "\(count) hexadecimal digits") }
            value = value << 4 | digit
            index += 1
        }
        return value
    }
}

extension Unicode.Scalar {
    var isDigit: Bool { ("0"..."9").contains(self) }

    var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }

    var hexDigit: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}
