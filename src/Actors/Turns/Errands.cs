using Sluice.Actors.Calls;
using Sluice.Actors.Wire;

namespace Sluice.Actors.Turns;

/// <summary>
/// What a thread does itself as soon as it is free, instead of waking another one for it: at low load, waking a thread
/// costs more than the work. At most one of each kind; the rest goes to the pool.
/// </summary>
/// <remarks>
/// The thread that reads a connection takes errands while it goes through what has come, and does them once the next
/// read is under way: from then on another thread may read, so nothing that comes waits for an errand.
/// </remarks>
internal sealed class Errands
{
    [ThreadStatic]
    private static Errands? _mine;

    private bool _takesFlush;
    private bool _takesAll;
    private IThreadPoolWorkItem? _turns;
    private GrainCall? _answered;
    private Connection? _unsent;

    private Errands()
    {
    }

    /// <summary>From here on this thread takes errands, until it does them or hands them on.</summary>
    internal static void Begin()
    {
        var mine = _mine ??= new Errands();
        mine._takesFlush = mine._takesAll = true;
    }

    /// <summary>Turns are to be run. False: somebody else must.</summary>
    internal static bool TryTake(IThreadPoolWorkItem turns)
    {
        if (_mine is not { _takesAll: true, _turns: null } mine)
        {
            return false;
        }

        mine._turns = turns;
        return true;
    }

    /// <summary>A caller is to be given the answer that came. False: it must be given elsewhere.</summary>
    internal static bool TryTake(GrainCall answered)
    {
        if (_mine is not { _takesAll: true, _answered: null } mine)
        {
            return false;
        }

        mine._answered = answered;
        return true;
    }

    /// <summary>A connection has something to send. False: somebody else must send it.</summary>
    internal static bool TryTakeFlush(Connection unsent)
    {
        if (_mine is not { _takesFlush: true, _unsent: null } mine)
        {
            return false;
        }

        mine._unsent = unsent;
        return true;
    }

    /// <summary>What this thread has taken. It takes no more; whoever gets this does it, or hands it on.</summary>
    internal static Taken End()
    {
        if (_mine is not { } mine)
        {
            return default;
        }

        var taken = new Taken(mine._turns, mine._answered, mine._unsent);
        (mine._turns, mine._answered, mine._unsent) = (null, null, null);
        mine._takesFlush = mine._takesAll = false;
        return taken;
    }

    /// <summary>Errands of one thread.</summary>
    internal readonly record struct Taken(IThreadPoolWorkItem? Turns, GrainCall? Answered, Connection? Unsent)
    {
        /// <summary>Does them here: turns first, so that what they answer is sent together with the rest.</summary>
        internal void Do()
        {
            Unsent?.FlushHere();
            if (Turns is not null)
            {
                var mine = _mine ??= new Errands();
                mine._takesFlush = true;
                Turns.Execute();
                End().Unsent?.FlushHere();
            }

            Answered?.GiveAnswer(here: true); // Last: this is the caller's code, and may take its time.
        }

        /// <summary>Has them done on the pool: this thread has more to read.</summary>
        internal void HandOn()
        {
            if (Turns is not null)
            {
                ThreadPool.UnsafeQueueUserWorkItem(Turns, preferLocal: false);
            }

            Unsent?.FlushElsewhere();
            Answered?.GiveAnswer(here: false);
        }
    }
}
