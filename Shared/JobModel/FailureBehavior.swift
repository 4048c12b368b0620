/// What a step's failure means.
public struct FailureBehavior: Sendable, Hashable {
    /// What happens when the retries are used up.
    public enum Action: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// The run fails.
        case retryThenFail
        /// The run goes on with the next step.
        case retryThenIgnore
    }

    /// What happens when the retries are used up.
    public var action: Action
    /// How long to wait before each.
    public var retryBackoffStrategy: RetryBackoff

    /// Fail after the retries unless told otherwise.
    public init(action: Action = .retryThenFail, retryBackoffStrategy: RetryBackoff = RetryBackoff()) {
        self.action = action
        self.retryBackoffStrategy = retryBackoffStrategy
    }
}

/// How long to wait before a step is tried again.
public struct RetryBackoff: Sendable, Hashable {
    /// How the delay grows.
    public enum Kind: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// `delaySeconds` every time.
        case none
        /// `delaySeconds` times the number of the attempt that failed.
        case linear
        /// `delaySeconds` to the power of that number.
        case exponential
        /// That number to the power of the argument for it.
        case polynomial
    }

    /// The longest delay, one second short of a day.
    public static let maximumSeconds = 86_399
    /// How the delay grows.
    public var type: Kind
    /// Not negative.
    public var delaySeconds: Int
    /// The exponents of a polynomial, one for each retry; the last one repeats. Not used otherwise.
    public var arguments: [Int]

    /// A strategy; linear without delay unless told otherwise.
    public init(type: Kind = .linear, delaySeconds: Int = 0, arguments: [Int] = []) {
        self.type = type
        self.delaySeconds = delaySeconds
        self.arguments = arguments
    }

    /// Seconds to wait before retry `number`, from 1: the number of the attempt that has just failed. At most ``maximumSeconds``.
    public func delay(beforeRetry number: Int) -> Int {
        switch type {
        case .none: return Self.bounded(delaySeconds)
        case .linear:
            let (product, overflow) = delaySeconds.multipliedReportingOverflow(by: number)
            return overflow ? Self.maximumSeconds : Self.bounded(product)
        case .exponential: return Self.power(delaySeconds, number)
        case .polynomial:
            guard let last = arguments.last else { return 0 }
            return Self.power(number, number <= arguments.count ? arguments[max(number, 1) - 1] : last)
        }
    }

    private static func bounded(_ seconds: Int) -> Int { min(max(seconds, 0), maximumSeconds) }

    private static func power(_ base: Int, _ exponent: Int) -> Int {
        guard base > 1 else { return exponent == 0 ? 1 : max(base, 0) }
        guard exponent >= 0 else { return 0 }
        var result = 1
        for _ in 0..<exponent {
            let (product, overflow) = result.multipliedReportingOverflow(by: base)
            if overflow || product >= maximumSeconds { return maximumSeconds }
            result = product
        }
        return result
    }
}
