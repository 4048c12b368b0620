extension CommandContext {
    /// The client for the server that the options, the environment, a profile or a local stack name.
    func client(_ options: ServerOptions) async throws -> CourierClient {
        CourierClient(server: try await Discovery(context: self).server(options), transport: transport)
    }
}
