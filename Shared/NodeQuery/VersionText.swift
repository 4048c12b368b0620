/// The order of versions, and of numbers and names that hold some: numbers inside a text compare as numbers.
///
/// `1.9 < 1.10`, `5.4 < 5.15.0-91`, `9 < 22.04`; a text comes before a longer one that begins with it; digits come before other characters; anything
/// else goes by code point.
public enum VersionText {
    /// Whether `left` comes before `right`.
    public static func precedes(_ left: String, _ right: String) -> Bool {
        compare(left, right) < 0
    }

    /// Negative, zero or positive as `left` comes before, with or after `right`. `1.0` and `1.00` are the same.
    static func compare(_ left: String, _ right: String) -> Int {
        var left = Array(left.utf8)[...]
        var right = Array(right.utf8)[...]
        while let a = left.first, let b = right.first {
            if isDigit(a), isDigit(b) {
                let order = compareNumbers(takeNumber(&left), takeNumber(&right))
                if order != 0 { return order }
            } else if a != b {
                if isDigit(a) != isDigit(b) { return isDigit(a) ? -1 : 1 }
                return a < b ? -1 : 1
            } else {
                left.removeFirst()
                right.removeFirst()
            }
        }
        return left.count - right.count
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// The digits at the beginning, without leading zeros.
    private static func takeNumber(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = text.prefix(while: isDigit)
        text = text.dropFirst(digits.count)
        return digits.drop { $0 == 0x30 }
    }

    private static func compareNumbers(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        if left.count != right.count { return left.count - right.count }
        for (a, b) in zip(left, right) where a != b { return a < b ? -1 : 1 }
        return 0
    }

    /// Whether `version` is `wanted`; `4.x` and `4.*` are every version 4, and `*` is any.
    static func isMet(_ wanted: String, by version: String) -> Bool {
        if wanted == "*" { return true }
        if wanted.hasSuffix(".x") || wanted.hasSuffix(".*") {
            let stem = wanted.dropLast(2)
            return compare(String(stem), version) == 0 || compare(String(stem), String(version.prefix(of: stem))) == 0
        }
        return compare(wanted, version) == 0
    }
}

extension String {
    /// As many components, between dots, as `stem` has; empty when there are not more than that.
    fileprivate func prefix(of stem: Substring) -> String {
        let count = stem.split(separator: ".", omittingEmptySubsequences: false).count
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > count ? parts.prefix(count).joined(separator: ".") : ""
    }
}
