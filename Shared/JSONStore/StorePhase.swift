/// What a store can be asked for at the moment; the same for every driver.
enum StorePhase {
    case opened
    case recovering
    case accepting
    case failed(StoreError)
    case closed

    /// Why appends are refused; nil when they are accepted.
    var refusal: StoreError? {
        switch self {
        case .opened, .recovering: .notRecovered
        case .accepting: nil
        case .failed(let error): error
        case .closed: .closed
        }
    }

    /// The first failure, if there was one.
    var failure: StoreError? {
        if case .failed(let error) = self { error } else { nil }
    }

    mutating func beginRecovery() throws(StoreError) {
        switch self {
        case .opened: self = .recovering
        case .recovering, .accepting: throw .alreadyRecovered
        case .failed(let error): throw error
        case .closed: throw .closed
        }
    }

    mutating func accept() throws(StoreError) {
        switch self {
        case .recovering: self = .accepting
        case .opened, .accepting, .failed, .closed: throw refusal ?? .alreadyRecovered
        }
    }

    /// The first failure is the one that is reported from then on.
    mutating func fail(_ error: StoreError) {
        switch self {
        case .opened, .recovering, .accepting: self = .failed(error)
        case .failed, .closed: break
        }
    }

    /// A failure goes on being the answer.
    mutating func close() {
        switch self {
        case .opened, .recovering, .accepting: self = .closed
        case .failed, .closed: break
        }
    }
}
