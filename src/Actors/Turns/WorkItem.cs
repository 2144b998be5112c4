using Sluice.Actors.Activations;
using Sluice.Actors.Calls;

namespace Sluice.Actors.Turns;

/// <summary>Where a work item is.</summary>
internal enum WorkState : byte
{
    Created,
    Queued,
    Running,
    Done,
}

/// <summary>What may run between an item's turns.</summary>
internal enum Interleaving : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Others that only read.</summary>
    ReadOnly,

    /// <summary>Anything.</summary>
    Always,
}

/// <summary>
/// Something an activation does from begin to end, over as many turns as it needs: a call, a timer's tick, the
/// activation or deactivation itself. It is at most in one list of one activation, whose lock guards
/// <see cref="State"/>, the links and <see cref="Outgoing"/>.
/// </summary>
internal abstract class WorkItem
{
    private volatile Activation? _activation;

    internal WorkItem? Previous { get; set; }

    internal WorkItem? Next { get; set; }

    internal WorkState State { get; set; }

    /// <summary>Where the item waits or runs; null before it arrived.</summary>
    internal Activation? Activation
    {
        get => _activation;
        set => _activation = value;
    }

    /// <summary>It came from another process, which gets the answer.</summary>
    internal bool Received { get; private protected set; }

    internal TurnContext? Context { get; set; }

    /// <summary>Calls this item has made and not had an answer to.</summary>
    internal List<GrainCall>? Outgoing { get; set; }

    /// <summary>The tick of the coarse clock from which on nobody waits any more.</summary>
    internal long Deadline { get; set; } = long.MaxValue;

    internal abstract Interleaving Interleaving { get; }

    /// <summary>The grain and what is done, as <c>type/key.Method</c>.</summary>
    internal abstract string Name { get; }

    /// <summary>Begins. True: it is over already, and the caller takes it off the activation.</summary>
    internal abstract bool Start();

    /// <summary>Runs once the item is off the activation, outside of its lock.</summary>
    internal abstract void Ended();

    public override string ToString() => Name;
}
