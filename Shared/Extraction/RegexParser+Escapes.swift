extension RegexParser {
    /// What a backslash makes of the characters behind it, inside brackets and outside.
    private enum Escape {
        case scalar(UInt32)
        case set(ScalarClass)
    }

    /// The rest of an escape outside brackets.
    mutating func escaped() throws(ExpressionError) -> RegexNode {
        switch scanner.next {
        case "b"?: return assertion(.wordBoundary)
        case "B"?: return assertion(.notWordBoundary)
        case "A"?: return assertion(.textStart)
        case "z"?: return assertion(.textEnd)
        case "Z"?: return assertion(.textEndOrTerminator)
        case "R"?:
            scanner.index += 1
            return .atomic(
                .alternation([.sequence([.scalar(0x0D, folded: false), .scalar(0x0A, folded: false)]), .set(ScalarSet(.lineTerminators))]))
        case "k"?:
            scanner.index += 1
            return try namedReference()
        case ("1"..."9")?: return reference()
        default:
            switch try escape() {
            case .scalar(let value): return literal(value)
            case .set(let set): return .set(ScalarSet(set))
            }
        }
    }

    private mutating func assertion(_ assertion: RegexNode.Assertion) -> RegexNode {
        scanner.index += 1
        return .assertion(assertion)
    }

    /// The rest of `\Q…\E`, or to the end. A repetition behind it is of the last character.
    mutating func quote(into nodes: inout [RegexNode]) throws(ExpressionError) {
        let start = nodes.count
        while !scanner.take("\\E"), let scalar = scanner.take() { nodes.append(literal(scalar.value)) }
        if nodes.count > start, let last = nodes.popLast() { nodes.append(try quantified(last)) }
    }

    private mutating func escape() throws(ExpressionError) -> Escape {
        let start = scanner.index - 1
        guard let scalar = scanner.take() else { throw scanner.error("a character behind the backslash") }
        switch scalar {
        case "d": return .set(.digit)
        case "D": return .set(.negation(.digit))
        case "w": return .set(.word)
        case "W": return .set(.negation(.word))
        case "s": return .set(.space)
        case "S": return .set(.negation(.space))
        case "h": return .set(.horizontalSpace)
        case "H": return .set(.negation(.horizontalSpace))
        case "v": return .set(.lineTerminators)
        case "V": return .set(.negation(.lineTerminators))
        case "p": return .set(try property(isNegated: false))
        case "P": return .set(try property(isNegated: true))
        case "n": return .scalar(0x0A)
        case "r": return .scalar(0x0D)
        case "t": return .scalar(0x09)
        case "f": return .scalar(0x0C)
        case "a": return .scalar(0x07)
        case "e": return .scalar(0x1B)
        case "0": return .scalar(octal())
        case "x": return .scalar(try scanner.next == "{" ? braced() : scanner.hex(2))
        case "u": return .scalar(try checked(scanner.next == "{" ? braced() : scanner.hex(4), start))
        case "U": return .scalar(try checked(scanner.hex(8), start))
        case "c":
            guard let control = scanner.take(), control.isASCII else { throw scanner.error("a letter behind \\c") }
            return .scalar(control.value & 0x1F)
        default:
            guard !scalar.isASCIILetter, !scalar.isDigit else {
                throw scanner.error("an escape sequence", found: "\\\(scalar)", at: start)
            }
            return .scalar(scalar.value)
        }
    }

    private func checked(_ value: UInt32, _ start: Int) throws(ExpressionError) -> UInt32 {
        guard Unicode.Scalar(value) != nil else {
            throw scanner.error("a Unicode code point", found: "U+\(String(value, radix: 16, uppercase: true))", at: start)
        }
        return value
    }

    /// `{1F600}`
    private mutating func braced() throws(ExpressionError) -> UInt32 {
        let start = scanner.index
        scanner.index += 1
        let digits = scanner.takeWhile { $0.hexDigit != nil }
        guard (1...8).contains(digits.utf8.count), scanner.take("}"), let value = UInt32(digits, radix: 16) else {
            throw scanner.error("{1 to 8 hexadecimal digits}", at: start)
        }
        return try checked(value, start)
    }

    /// Up to three octal digits behind `\0`.
    private mutating func octal() -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<3 {
            guard let next = scanner.next, ("0"..."7").contains(next), value < 0o40 else { break }
            value = value * 8 + (next.value - 0x30)
            scanner.index += 1
        }
        return value
    }

    /// `{Name}`, `{^Name}` or one letter behind `\p`.
    private mutating func property(isNegated: Bool) throws(ExpressionError) -> ScalarClass {
        let start = scanner.index
        var name: String
        var isNegated = isNegated
        if scanner.take("{") {
            if scanner.take("^") { isNegated.toggle() }
            name = scanner.takeWhile { $0 != "}" }
            guard scanner.take("}") else { throw scanner.error("\"}\" behind the property's name") }
        } else {
            name = scanner.take().map { String($0) } ?? ""
        }
        guard let property = ScalarProperty.named(name) else {
            throw scanner.error("a general category such as Lu, or a property such as Alphabetic", found: "\"\(name)\"", at: start)
        }
        return isNegated ? .negation(.property(property)) : .property(property)
    }

    // MARK: Brackets

    /// The rest of `[…]`. A bracket inside is an ordinary character, unless it begins a POSIX class.
    mutating func bracketed() throws(ExpressionError) -> ScalarClass {
        let start = scanner.index - 1
        let isNegated = scanner.take("^")
        var parts: [ScalarClass] = []
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while isFirst || scanner.next != "]" {
            guard !scanner.isAtEnd else { throw scanner.error("\"]\" for the \"[\" at character \(start + 1)") }
            isFirst = false
            let place = scanner.index
            switch try bracketItem() {
            case .set(let set): parts.append(set)
            case .scalar(let low):
                guard let high = try rangeEnd() else {
                    ranges.append(low...low)
                    continue
                }
                guard low <= high else { throw scanner.error("a range from low to high", at: place) }
                ranges.append(low...high)
            }
        }
        scanner.index += 1
        if !ranges.isEmpty { parts.append(flags.ignoresCase ? .folded(ranges) : .ranges(ranges)) }
        let all = parts.count == 1 ? parts[0] : .union(parts)
        return isNegated ? .negation(all) : all
    }

    /// The character behind the hyphen of a range; `nil` when what follows makes no range.
    private mutating func rangeEnd() throws(ExpressionError) -> UInt32? {
        guard scanner.next == "-", let next = scanner.peek(1), next != "]" else { return nil }
        let start = scanner.index
        scanner.index += 1
        if case .scalar(let high) = try bracketItem() { return high }
        // `[a-\d]`: the hyphen is an ordinary character.
        scanner.index = start
        return nil
    }

    private mutating func bracketItem() throws(ExpressionError) -> Escape {
        if scanner.next == "[", scanner.peek(1) == ":", let set = try posix() { return .set(set) }
        guard let scalar = scanner.take() else { throw scanner.error("a character or \"]\"") }
        guard scalar == "\\" else { return .scalar(scalar.value) }
        if scanner.take("b") { return .scalar(0x08) }
        return try escape()
    }

    /// `[:alpha:]` or `[:^alpha:]`; `nil` when it is not written that way.
    private mutating func posix() throws(ExpressionError) -> ScalarClass? {
        let start = scanner.index
        scanner.index += 2
        let isNegated = scanner.take("^")
        let name = scanner.takeWhile { $0.isASCIILetter }
        guard scanner.take(":]") else {
            scanner.index = start
            return nil
        }
        guard let set = ScalarClass.posix(name) else {
            throw scanner.error("a POSIX class such as [:alpha:]", found: "[:\(name):]", at: start)
        }
        return isNegated ? .negation(set) : set
    }
}
