public import JobModel

/// How far a node's enrolment has come.
public enum EnrolmentLevel: String, Sendable, CaseIterable, JSONEnumeration {
    /// It was enrolled; its runner has not been heard since.
    case admitted
    /// Its runner has what the enrolment handed over.
    case enrolled
}
