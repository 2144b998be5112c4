namespace Sluice.Simulation.Judging;

/// <summary>
/// Activations of one client that went on where the one before had stopped. A crash ends one: which questions the next
/// activation answers as the first time, and which slots it shows, depends on what edges have told it.
/// </summary>
internal sealed class Lineage(long firstEpoch)
{
    internal long FirstEpoch => firstEpoch;

    /// <summary>The newest activation of it that admitted a call.</summary>
    internal long LastUsed { get; set; }

    public override string ToString() => $"lineage {firstEpoch}";
}

/// <summary>All lineages of one client.</summary>
internal sealed class Lineages
{
    private readonly Dictionary<long, Lineage> _byEpoch = [];
    private readonly Dictionary<long, long> _openedAt = [];

    internal long NewestEpoch { get; private set; }

    /// <summary>Activations that went on with what the one before them left.</summary>
    internal long Continued { get; private set; }

    internal void Opened(long epoch, long now)
    {
        _byEpoch[epoch] = new Lineage(epoch);
        _openedAt[epoch] = now;
        NewestEpoch = Math.Max(NewestEpoch, epoch);
    }

    /// <summary>
    /// An activation goes on with what another left. When somebody else went on with the same before, and admitted
    /// calls, this is a branch of its own.
    /// </summary>
    internal void GoesOn(long epoch, long lastEpoch)
    {
        if (_byEpoch.TryGetValue(lastEpoch, out var left) && left.LastUsed <= lastEpoch)
        {
            _byEpoch[epoch] = left;
            Continued++;
        }
    }

    /// <summary>When activations were opened, in true time.</summary>
    internal IEnumerable<long> Openings => _openedAt.Values;

    /// <summary>When it was opened, in true time; zero for an epoch that nobody has opened.</summary>
    internal long OpenedAt(long epoch) => _openedAt.GetValueOrDefault(epoch);

    internal Lineage? Of(long epoch) => _byEpoch.GetValueOrDefault(epoch);
}
