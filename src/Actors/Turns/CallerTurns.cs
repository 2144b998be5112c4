namespace Sluice.Actors.Turns;

/// <summary>
/// Turns that run on the thread of a caller from outside, at once: an idle grain in the same process is then called
/// without another thread being woken, twice.
/// </summary>
/// <remarks>
/// Not always: a caller that calls in a closed loop would never wait, and others would starve. And never within
/// another turn, so that no grain's code runs on the stack of another's.
/// </remarks>
internal static class CallerTurns
{
    /// <summary>Calls in a row that a thread runs itself; the next one goes to the pool.</summary>
    private const int MostInARow = 8;

    [ThreadStatic]
    private static int _inARow;

    /// <summary>Runs the work here, if this thread may. The caller's ambient values are its own again then.</summary>
    internal static bool TryRun<T>(T work, Action<T> run)
    {
        if (SynchronizationContext.Current is TurnContext || ++_inARow > MostInARow)
        {
            _inARow = 0;
            return false;
        }

        var callers = ExecutionContext.Capture();
        CleanContext.Restore();
        try
        {
            run(work);
        }
        finally
        {
            if (callers is not null)
            {
                ExecutionContext.Restore(callers);
            }
        }

        return true;
    }
}
