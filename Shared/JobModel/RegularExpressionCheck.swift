internal import Foundation

/// Whether a regular expression is one: the only place of this library that needs all of Foundation.
enum RegularExpressionCheck {
    /// The longest expression that is compiled, in characters.
    static let maximumLength = 8192

    /// Whether `pattern` compiles, in ICU's syntax.
    static func compiles(_ pattern: String) -> Bool {
        (try? NSRegularExpression(pattern: pattern)) != nil
    }
}

extension TemplateValue {
    /// A regular expression that compiles.
    func regularExpression() -> String? {
        guard let pattern = text(1...RegularExpressionCheck.maximumLength) else { return nil }
        guard RegularExpressionCheck.compiles(pattern) else {
            return problem("not a regular expression", expected: "a regular expression in ICU's syntax")
        }
        return pattern
    }
}
