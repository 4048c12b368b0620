public import FoundationEssentials
public import Messages

/// What became of an input that somebody waits for.
public enum ResolverReply: Sendable, Hashable {
    /// The machine is this node.
    case enrolled(UUID)
    /// The key as it is now.
    case key(EnrolmentKey)
    /// The node as it is now.
    case node(Node)
    /// The saved filter as it is now.
    case filter(SavedFilter)
    /// The saved list as it is now.
    case list(SavedList)
    /// The node, filter or list is gone.
    case deleted
    /// Nothing was changed, and why.
    case refused(QueryProblem)
}
