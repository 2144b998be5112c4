namespace Sluice.Rules.Limits;

/// <summary>
/// What edges held that nobody renewed or returned in time: perhaps the edge is gone, and nobody will tell what was
/// used. It is kept until it is taken, to be written to the usage log as it was reserved.
/// </summary>
public sealed class LostUse
{
    private List<(RequestId RequestId, Slot Slot)> _calls = [];
    private List<Chunk> _chunks = [];
    private List<(RequestId RequestId, Slot Slot)> _leftOut = [];

    /// <summary>True: there is nothing to take.</summary>
    public bool IsEmpty => _calls.Count + _chunks.Count == 0;

    internal void Add(RequestId requestId, Slot slot) => _calls.Add((requestId, slot));

    internal void Add(Chunk chunk) => _chunks.Add(chunk);

    internal void AddLeftOut(RequestId requestId, Slot slot) => _leftOut.Add((requestId, slot));

    /// <summary>
    /// Calls that their edge left out of a report, so that they have ended, though it did not tell how; once.
    /// </summary>
    public IReadOnlyList<(RequestId RequestId, Slot Slot)> TakeLeftOut()
    {
        if (_leftOut.Count == 0)
        {
            return [];
        }

        var taken = _leftOut;
        _leftOut = [];
        return taken;
    }

    /// <summary>All of it, once.</summary>
    public (IReadOnlyList<(RequestId RequestId, Slot Slot)> Calls, IReadOnlyList<Chunk> Chunks) Take()
    {
        var taken = (_calls, _chunks);
        (_calls, _chunks) = ([], []);
        return taken;
    }
}
