import CProcess

/// How much memory the process keeps.
public enum Memory {
    /// Bounds what lies free between blocks of the heap; to be called before there are many threads. After 20,000 steps a runner has 10 MB of its own
    /// that way, else 14.
    public static func shareHeaps() {
        courier_share_heaps()
    }

    /// Gives back what is not needed now: free heap, and pages of program files that were read and not changed. Blocks.
    static func giveBack() {
        courier_release_memory()
    }
}
