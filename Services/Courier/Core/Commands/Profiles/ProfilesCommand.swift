internal import ArgumentParser

struct ProfilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles", abstract: "Choose between the servers you have logged in to.",
        subcommands: [ProfilesListCommand.self, ProfilesUseCommand.self, ProfilesDeleteCommand.self])
}
