/// Where requests go and the token they carry.
struct Server: Sendable, Equatable {
    /// The address without `/v1` and without a slash at the end.
    let url: String
    /// The token; never printed.
    let token: String?
    /// Where the address was found, for error messages.
    let origin: String
}
