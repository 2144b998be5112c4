using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Simulation.Judging;

/// <summary>A chunk that an edge was granted.</summary>
internal sealed class ChunkRecord
{
    internal required long Granted { get; init; }

    /// <summary>When the question was sent that brought it, and when its answer came.</summary>
    internal required long SentAt { get; init; }

    internal required long AnsweredAt { get; init; }

    /// <summary>Calls that went to the pool by it.</summary>
    internal long Spent { get; set; }

    /// <summary>What its edge told that was spent, once it is given back; below zero before.</summary>
    internal long Told { get; set; } = -1;

    /// <summary>When its edge heard that it was given back; below zero before.</summary>
    internal long ReturnedAt { get; set; } = -1;
}

/// <summary>
/// The judge's books of what edges were granted of one client (R6): no more is spent than was granted, nothing after
/// its time, and nobody is refused for what is neither used nor stranded.
/// </summary>
internal sealed class ChunkBooks(SimulatedClient client, Judge judge)
{
    /// <summary>A message that was lost may arrive for so long, and a call be charged that nobody waits for.</summary>
    private static readonly long LateMost = TimeSpan.FromSeconds(30).Ticks;

    /// <summary>Refusals are many, and each is held against all calls.</summary>
    private const int CheckedOneIn = 3;

    private const long LeastChunk = 16;

    private static readonly long Lifetime = TimeSpan.FromMilliseconds(500).Ticks;

    private readonly Dictionary<(long Session, long Number), ChunkRecord> _granted = [];
    private readonly List<CallRecord> _asked = [];
    private readonly Dictionary<CallRecord, long> _seeking = [];
    private readonly List<(long At, long Most)> _lost = [];

    /// <summary>What was granted and not used for a call, as far as edges know; and what may have been.</summary>
    internal long NotSpent => _granted.Values.Sum(chunk => chunk.Granted - chunk.Spent)
        + NotHeardOf;

    /// <summary>Refusals that were held against what was used.</summary>
    internal long Refusals { get; private set; }

    /// <summary>What edges that live no more were granted and have not given back.</summary>
    internal long LostBy(IReadOnlySet<long> living) =>
        NotSpentBy(living) + NotHeardOf;

    private long NotSpentBy(IReadOnlySet<long> living) => _granted
        .Where(chunk => !living.Contains(chunk.Key.Session) && chunk.Value.ReturnedAt < 0)
        .Sum(chunk => chunk.Value.Granted - chunk.Value.Spent);

    internal long Spent => _granted.Values.Sum(chunk => chunk.Spent);

    /// <summary>What questions may have been granted whose answers did not come, at most.</summary>
    private long NotHeardOf => _lost.Sum(lost => lost.Most) + _seeking.Values.Sum();

    internal void Asked(CallRecord call)
    {
        if (IsChecked)
        {
            _asked.Add(call);
        }
    }

    /// <summary>A question that wants a chunk goes out, and comes back, or is lost with what it brought.</summary>
    /// <param name="call">The call it is asked with.</param>
    /// <param name="demand">What is wanted; less than 16 are never granted.</param>
    internal void Seeks(CallRecord call, long demand) => _seeking[call] = Math.Max(LeastChunk, demand);

    internal void Granted(CallRecord call, ChunkGrant grant, long sentAt)
    {
        if (client.Slots is not null || client.Rate is not { } rate || grant.Requests.Max() > rate.Burst / 4)
        {
            judge.Fail("R6", $"{client.Name}: a chunk of {grant.Requests.Max()} was granted.");
        }

        _granted[(call.Id.EdgeSession, grant.Number)] = new ChunkRecord
        {
            Granted = grant.Requests.Max(), SentAt = sentAt, AnsweredAt = judge.Now,
        };
    }

    internal void IsAnswered(CallRecord call, bool isLost)
    {
        if (_seeking.Remove(call, out var most) && isLost)
        {
            _lost.Add((judge.Now, most));
        }
    }

    /// <summary>An edge has admitted a call by itself, and sends it to the pool.</summary>
    internal void Spend(CallRecord call, long number)
    {
        if (!_granted.TryGetValue((call.Id.EdgeSession, number), out var chunk))
        {
            judge.Fail("R6", $"{call} was admitted by chunk {number}, which nobody has granted to its edge.");
            return;
        }

        call.Chunk = chunk;
        if (++chunk.Spent > chunk.Granted)
        {
            judge.Fail("R6", $"{call} is the {chunk.Spent}. call by chunk {number} of {chunk.Granted}.");
        }

        if (chunk.Told >= 0)
        {
            judge.Fail("R6", $"{call} was admitted by chunk {number}, which its edge had given back.");
        }

        if (call.AskedAt - chunk.SentAt > Lifetime * (1 + Judge.Drift))
        {
            judge.Fail("R6", $"{call} was admitted by chunk {number} when its owner may have waited no more.");
        }
    }

    /// <summary>An edge gives back what it has not spent.</summary>
    internal void GivesBack(ReturnedChunk returned)
    {
        if (_granted.TryGetValue((returned.EdgeSession, returned.Number), out var chunk))
        {
            chunk.Told = returned.Spent.Max();
            if (chunk.Told < chunk.Spent)
            {
                judge.Fail("R6", $"{client.Name}: {chunk.Spent} calls went out by chunk {returned.Number}, and "
                    + $"{chunk.Told} are told.");
            }
        }
    }

    internal void GivenBack(ReturnedChunk returned)
    {
        if (_granted.TryGetValue((returned.EdgeSession, returned.Number), out var chunk))
        {
            chunk.ReturnedAt = judge.Now;
        }
    }

    /// <summary>
    /// Nobody is refused where a bucket that nobody splits has room, less what is stranded in chunks. Whatever may have
    /// been taken was taken as late as it can have been, and each activation begins as if it knew nothing.
    /// </summary>
    /// <param name="refused">The call that was refused by the newest activation.</param>
    /// <param name="sentAt">When it was asked for.</param>
    /// <param name="lineages">The client's activations.</param>
    internal void CheckRefusal(CallRecord refused, long sentAt, Lineages lineages)
    {
        if (!IsChecked || client.Rate is not { } rate || lineages.OpenedAt(lineages.NewestEpoch) > sentAt)
        {
            return;
        }

        if (Refusals++ % CheckedOneIn > 0)
        {
            return;
        }

        var begin = -(rate.Burst / 8) - 1 - (rate.Amount * 0.5) - 20;
        var events = Taken(refused)
            .Concat(lineages.Openings.Select(at => (At: at, Amount: -1.0)))
            .OrderBy(taken => taken.At);
        var (level, last) = ((double)rate.Burst, 0L);
        foreach (var (at, amount) in events)
        {
            level = Refilled(level, last, Math.Min(at, sentAt), rate);
            last = Math.Max(last, Math.Min(at, sentAt));
            level = amount < 0 ? Math.Min(level, begin) : level - amount;
        }

        level = Refilled(level, last, sentAt, rate);
        if (level >= 1 + Judge.Rounding)
        {
            judge.Fail("R6", $"{refused} was refused, where {level:0.00} are left at least of {rate.Burst}.");
        }
    }

    private bool IsChecked => client is { Rate: not null, Slots: null, IsOpen: false, IsTenant: false }
        && client.Tenant == SimulatedClient.FreeTenant;

    /// <summary>Everything that its owner may have taken, each as late as can be.</summary>
    private IEnumerable<(long At, double Amount)> Taken(CallRecord refused)
    {
        foreach (var call in _asked)
        {
            if (call != refused && call.Chunk is null && LatestOf(call) is { } at)
            {
                yield return (at, 1 + (call.AdmittedAt > call.EndedAt && call.EndedAt >= 0 ? 1 : 0));
            }
        }

        foreach (var chunk in _granted.Values)
        {
            var over = chunk.AnsweredAt + (long)(Lifetime * (1 + Judge.Drift));
            var inTime = chunk.SentAt + (long)(Lifetime * (1 - Judge.Drift));
            yield return chunk.ReturnedAt >= 0 && chunk.ReturnedAt < inTime
                ? (chunk.ReturnedAt, chunk.Told)
                : (Math.Min(over, judge.Now), chunk.Granted);
        }

        foreach (var (at, most) in _lost)
        {
            yield return (Math.Min(at + LateMost, judge.Now), most);
        }

        foreach (var (_, most) in _seeking.Where(seeking => seeking.Key != refused))
        {
            yield return (judge.Now, most);
        }
    }

    private long? LatestOf(CallRecord call) =>
        call.OpenQuestions > 0 ? judge.Now
        : call.LostQuestionAt >= 0 ? Math.Min(judge.Now, call.LostQuestionAt + LateMost)
        : call.AdmittedAt >= 0 ? call.AdmittedAt
        : null;

    private static double Refilled(double level, long from, long to, SimulatedRate rate) => to <= from
        ? level
        : Math.Min(rate.Burst, level + ((to - from) * (1 - Judge.Drift) * rate.Amount / rate.Period.Ticks));
}
