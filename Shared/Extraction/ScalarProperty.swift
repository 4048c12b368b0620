/// What Unicode says of code points, as far as regular expressions ask for it.
enum ScalarProperty: Sendable {
    /// One of several general categories, a bit each.
    case categories(UInt32)
    case alphabetic, uppercase, lowercase, whiteSpace

    func contains(_ value: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(value) else { return false }
        let properties = scalar.properties
        return switch self {
        case .categories(let mask): mask & Self.bit(properties.generalCategory) != 0
        case .alphabetic: properties.isAlphabetic
        case .uppercase: properties.isUppercase
        case .lowercase: properties.isLowercase
        case .whiteSpace: properties.isWhitespace
        }
    }

    /// The general category or group of categories called `name` (`Lu`, `L`).
    static func category(_ name: String) -> ScalarProperty? {
        let mask = names.enumerated().reduce(UInt32(0)) { mask, entry in
            entry.element == name || (name.utf8.count == 1 && entry.element.hasPrefix(name)) ? mask | 1 << UInt32(entry.offset) : mask
        }
        return mask == 0 ? nil : .categories(mask)
    }

    /// The property called `name`, as in `\p{name}`, with the long names of the usual ones.
    static func named(_ name: String) -> ScalarProperty? {
        if let property = category(name) { return property }
        switch name.lowercased().filter({ $0 != "_" && $0 != "-" && $0 != " " }) {
        case "alphabetic", "alpha": return .alphabetic
        case "uppercase", "upper": return .uppercase
        case "lowercase", "lower": return .lowercase
        case "whitespace", "space": return .whiteSpace
        case "letter": return category("L")
        case "uppercaseletter": return category("Lu")
        case "lowercaseletter": return category("Ll")
        case "mark": return category("M")
        case "number": return category("N")
        case "decimalnumber", "digit": return category("Nd")
        case "punctuation", "punct": return category("P")
        case "symbol": return category("S")
        case "separator": return category("Z")
        case "control", "cntrl": return category("Cc")
        case "any": return .categories(.max)
        default: return nil
        }
    }

    private static let names = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So",
        "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
    ]

    /// The bit of a category: its place in ``names``.
    private static func bit(_ category: Unicode.GeneralCategory) -> UInt32 {
        let place: UInt32 =
            switch category {
            case .uppercaseLetter: 0
            case .lowercaseLetter: 1
            case .titlecaseLetter: 2
            case .modifierLetter: 3
            case .otherLetter: 4
            case .nonspacingMark: 5
            case .spacingMark: 6
            case .enclosingMark: 7
            case .decimalNumber: 8
            case .letterNumber: 9
            case .otherNumber: 10
            case .connectorPunctuation: 11
            case .dashPunctuation: 12
            case .openPunctuation: 13
            case .closePunctuation: 14
            case .initialPunctuation: 15
            case .finalPunctuation: 16
            case .otherPunctuation: 17
            case .mathSymbol: 18
            case .currencySymbol: 19
            case .modifierSymbol: 20
            case .otherSymbol: 21
            case .spaceSeparator: 22
            case .lineSeparator: 23
            case .paragraphSeparator: 24
            case .control: 25
            case .format: 26
            case .surrogate: 27
            case .privateUse: 28
            case .unassigned: 29
            @unknown default: 29
            }
        return 1 << place
    }
}
