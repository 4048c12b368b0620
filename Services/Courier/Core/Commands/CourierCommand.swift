internal import ArgumentParser

/// The command line's root.
struct CourierCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "courier",
        abstract: "Run jobs on fleets of machines and see what became of them.",
        discussion: """
            The server is found in this order: --url or --profile; COURIER_URL with COURIER_TOKEN; the current profile of \
            ~/.config/courier/profiles.json; .courier/stack.json in this directory or above it.

            Exit status: 0 done (with --wait: the instance succeeded); 1 refused, or the instance did not succeed; 2 bad arguments or a bad \
            template; 3 the server cannot be reached; 130 ended with Ctrl-C.

            Completion: courier --generate-completion-script bash|zsh|fish
            """,
        subcommands: [
            JobsCommand.self, InstancesCommand.self, RunsCommand.self, NodesCommand.self, FiltersCommand.self, NodeListsCommand.self,
            EnrolmentKeysCommand.self, QueuesCommand.self, DeadCommand.self, DoctorCommand.self,
            LoginCommand.self, ProfilesCommand.self, ExtractCommand.self, ScheduleCommand.self, CalendarsCommand.self,
            SchemaCommand.self, TemplatesCommand.self,
        ])
}
