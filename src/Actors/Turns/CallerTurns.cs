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

    [ThreadStatic]
    private static bool _running;

    /// <summary>Runs the work here, if this thread may. The caller's ambient values are its own again then.</summary>
    internal static bool TryRun<T>(T work, Action<T> run)
    {
        if (_running || SynchronizationContext.Current is TurnContext || ++_inARow > MostInARow)
        {
            _inARow = 0;
            return false;
        }

        _running = true;
        var callers = ExecutionContext.Capture();
        CleanContext.Restore();
        try
        {
            run(work);
        }
        finally
        {
            _running = false;
            if (callers is not null)
            {
                ExecutionContext.Restore(callers);
            }
        }

        return true;
    }
}
