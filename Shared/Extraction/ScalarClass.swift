/// A set of code points as a regular expression describes it.
indirect enum ScalarClass: Sendable {
    case ranges([ClosedRange<UInt32>])
    /// The ranges and every other case of their letters.
    case folded([ClosedRange<UInt32>])
    case property(ScalarProperty)
    case union([ScalarClass])
    case negation(ScalarClass)

    func contains(_ value: UInt32) -> Bool {
        switch self {
        case .ranges(let ranges): ranges.contains { $0.contains(value) }
        case .folded(let ranges): CaseFolding.variants(of: value).contains { variant in ranges.contains { $0.contains(variant) } }
        case .property(let property): property.contains(value)
        case .union(let parts): parts.contains { $0.contains(value) }
        case .negation(let other): !other.contains(value)
        }
    }

    static let any = ScalarClass.ranges([0...0x10FFFF])
    /// Where a line ends: LF, VT, FF, CR, NEL, LS, PS.
    static let lineTerminators = ScalarClass.ranges([0x0A...0x0D, 0x85...0x85, 0x2028...0x2029])
    static let horizontalSpace = ScalarClass.union([.ranges([0x09...0x09]), .property(.category("Zs") ?? .whiteSpace)])
    static let digit = ScalarClass.property(.category("Nd") ?? .categories(0))
    static let space = ScalarClass.property(.whiteSpace)
    static let word = ScalarClass.union([
        .property(.alphabetic), .property(.category("M") ?? .categories(0)), digit, .property(.category("Pc") ?? .categories(0)),
        .ranges([0x200C...0x200D]),
    ])

    /// A class of POSIX, such as `alpha` in `[[:alpha:]]`.
    static func posix(_ name: String) -> ScalarClass? {
        func category(_ names: String...) -> ScalarClass { .union(names.compactMap { ScalarProperty.category($0) }.map { .property($0) }) }
        switch name {
        case "alpha": return .property(.alphabetic)
        case "digit": return digit
        case "alnum": return .union([.property(.alphabetic), digit])
        case "upper": return .property(.uppercase)
        case "lower": return .property(.lowercase)
        case "space": return space
        case "blank": return horizontalSpace
        case "punct": return category("P", "S")
        case "cntrl": return category("Cc")
        case "word": return word
        case "xdigit": return .ranges([0x30...0x39, 0x41...0x46, 0x61...0x66])
        case "ascii": return .ranges([0...0x7F])
        case "graph": return .negation(.union([space, category("Cc", "Cs", "Cn")]))
        case "print": return .negation(.union([.ranges([0x09...0x0D, 0x85...0x85, 0x2028...0x2029]), category("Cc", "Cs", "Cn")]))
        default: return nil
        }
    }
}

/// The cases of letters, one code point to one code point.
enum CaseFolding {
    /// The same value for all cases of a letter.
    static func fold(_ value: UInt32) -> UInt32 {
        if value < 0x80 { return (0x41...0x5A).contains(value) ? value + 0x20 : value }
        return lower(upper(value))
    }

    /// The code point and its other cases.
    static func variants(of value: UInt32) -> [UInt32] {
        let upper = upper(value)
        return [value, upper, lower(value), lower(upper)]
    }

    private static func upper(_ value: UInt32) -> UInt32 { mapped(value) { $0.uppercaseMapping } }

    private static func lower(_ value: UInt32) -> UInt32 { mapped(value) { $0.lowercaseMapping } }

    private static func mapped(_ value: UInt32, _ mapping: (Unicode.Scalar.Properties) -> String) -> UInt32 {
        guard let scalar = Unicode.Scalar(value) else { return value }
        let scalars = mapping(scalar.properties).unicodeScalars
        guard let first = scalars.first, scalars.count == 1 else { return value }
        return first.value
    }
}

/// A ``ScalarClass`` with the answers for ASCII at hand.
struct ScalarSet: Sendable {
    private let ascii: (low: UInt64, high: UInt64)
    private let others: ScalarClass

    init(_ description: ScalarClass) {
        func bits(_ start: UInt32) -> UInt64 {
            (0..<64).reduce(0) { bits, place in description.contains(start + place) ? bits | 1 << UInt64(place) : bits }
        }
        ascii = (bits(0), bits(64))
        others = description
    }

    @inline(__always)
    func contains(_ value: UInt32) -> Bool {
        if value < 64 { return ascii.low >> UInt64(value) & 1 != 0 }
        if value < 128 { return ascii.high >> UInt64(value - 64) & 1 != 0 }
        return others.contains(value)
    }
}
