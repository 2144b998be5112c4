namespace Sluice.Actors.Turns;

/// <summary>
/// An execution context with nothing in it. Every turn begins in it, so that no ambient value of one request is seen
/// by the next.
/// </summary>
internal static class CleanContext
{
    private static readonly ExecutionContext Empty = Make();

    /// <summary>Costs a comparison when nothing was set.</summary>
    internal static void Restore() => ExecutionContext.Restore(Empty);

    private static ExecutionContext Make()
    {
        // The thread that comes here first may carry values; a thread started unsafely carries none.
        ExecutionContext? empty = null;
        var thread = new Thread(() => empty = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return empty!;
    }
}
