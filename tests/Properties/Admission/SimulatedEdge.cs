using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>What one edge knows: calls it asked for and got no answer to, and calls it is running.</summary>
internal sealed class SimulatedEdge(long session)
{
    private long _sequence;

    public long Session { get; private set; } = session;

    public HashSet<RequestId> Unanswered { get; } = [];

    /// <summary>By request, until when the owner has promised its slot.</summary>
    public Dictionary<RequestId, TimeSpan> Running { get; } = [];

    public RequestId NewCall()
    {
        var id = new RequestId(Session, ++_sequence);
        Unanswered.Add(id);
        return id;
    }

    public void Answered(RequestId id, bool admitted, bool replyIsLost, TimeSpan now)
    {
        if (replyIsLost)
        {
            return;
        }

        Unanswered.Remove(id);
        if (admitted)
        {
            // A repeat does not renew the slot, and when the first was granted the edge never heard: promise nothing.
            Running[id] = TimeSpan.MinValue;
        }
    }

    /// <summary>Everything the edge has not given up, as its heartbeat tells it.</summary>
    public (long Session, long UpTo, HashSet<long> Running) Report() =>
        (Session, _sequence, [.. Running.Keys.Concat(Unanswered).Select(id => id.Sequence)]);

    /// <summary>A slot that was lost before the report came is not promised again.</summary>
    public void Renewed(Slots slots, HashSet<long> running, TimeSpan deadline)
    {
        var kept = Running.Keys.Where(id => running.Contains(id.Sequence) && slots.Taken.ContainsKey(id));
        foreach (var id in kept.ToList())
        {
            Running[id] = deadline;
        }
    }

    public void Ended(RequestId id) => Running.Remove(id);

    public void Restart(long session)
    {
        Session = session;
        _sequence = 0;
        Unanswered.Clear();
        Running.Clear();
    }

    public void AssertSlotsKept(Slots slots, TimeSpan now) =>
        Assert.All(Running.Where(call => call.Value > now), call =>
            Assert.True(slots.Taken.ContainsKey(call.Key), $"{call.Key} lost its slot while it ran."));
}
