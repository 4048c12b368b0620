public import Extraction

extension OutputFieldRule {
    /// What takes the rule's value from its source. Of an exit code it is always all.
    ///
    /// - Throws: `ExpressionError` when the expression is none of its method's language.
    public func extractor() throws(ExpressionError) -> Extractor {
        sourceType == .exitCode ? .content : try extractMethod.extractor(expression ?? "")
    }
}

extension OutputFieldRule.ExtractMethod {
    /// What takes a value with this method and `expression`, which `content` does not look at.
    ///
    /// - Throws: `ExpressionError` when the expression is none of the method's language.
    public func extractor(_ expression: String) throws(ExpressionError) -> Extractor {
        switch self {
        case .content: .content
        case .regEx: .regularExpression(try RegularExpression(expression))
        case .jsonPath: .jsonPath(try JSONPath(expression))
        }
    }
}
