import JobModel

extension ProcessHost {
    /// Why a limit cannot be enforced here; `nil` when all can, as far as is known beforehand.
    func obstacle(to limits: StepLimits) -> String? {
        guard limits.share != nil, let obstacle = obstacleToShares else { return nil }
        return "limits.cpu is \(limits.cpu) and cannot be enforced: \(obstacle); leave it out or set it to 1.0 to run without"
    }
}

extension ProcessRequest {
    /// Binds the process to the step's limits but the time, which the caller keeps.
    mutating func bind(to limits: StepLimits) {
        cores = limits.cores
        share = limits.share
    }
}

extension StepLimits {
    /// The share of the processors; `nil` for all of it.
    fileprivate var share: Double? { cpu > 0 && cpu < 1 ? cpu : nil }
}
