internal import Extraction

extension TemplateValue {
    /// A regular expression, as the runner understands it; `pattern` is what the value stands for, when that is not the value itself.
    func regularExpression(_ pattern: String? = nil) -> String? {
        guard let text = text(1...RegularExpression.maximumLength) else { return nil }
        do throws(ExpressionError) {
            _ = try RegularExpression(pattern ?? text)
            return text
        } catch {
            return problem("not a regular expression", error)
        }
    }

    /// A JSONPath, as the runner understands it.
    func jsonPath() -> String? {
        guard let text = text(1...JSONPath.maximumLength) else { return nil }
        do throws(ExpressionError) {
            _ = try JSONPath(text)
            return text
        } catch {
            return problem("not a JSONPath", error)
        }
    }

    private func problem(_ message: String, _ error: ExpressionError) -> String? {
        problem(message, expected: error.expected, found: error.place)
    }
}
