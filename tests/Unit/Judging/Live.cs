using Sluice.Testing.Judging;

namespace Sluice.Unit.Judging;

/// <summary>Histories by hand: seconds from the start, one line for each call.</summary>
internal static class Live
{
    public static readonly Counted Nothing = new(0, 0);

    public static readonly RateTerms TenASecond = new(Burst: 5, Amount: 10, TimeSpan.FromSeconds(1));

    private static int _lastMark;

    /// <summary>A call that the pool answered.</summary>
    /// <param name="sent">By its client.</param>
    /// <param name="arrived">At the pool.</param>
    /// <param name="ended">At the pool and for its client.</param>
    public static (ClientEntry, PoolEntry?) Call(double sent, double arrived, double ended)
    {
        var mark = NewMark();
        var asked = new ClientEntry
        {
            Mark = mark, Sent = At(sent), Ended = At(ended), Ending = Ending.Answered, Status = 200,
        };
        return (asked, new PoolEntry(mark, At(arrived), At(ended), "completed", 10));
    }

    /// <summary>A call that took no time at all.</summary>
    public static (ClientEntry, PoolEntry?) Call(double at) => Call(at, at, at);

    /// <summary>A call that still runs at the pool when its client has gone.</summary>
    public static (ClientEntry, PoolEntry?) Running(double sent)
    {
        var (asked, pooled) = Call(sent);
        return (asked with { Ending = Ending.HungUp }, pooled! with { Ended = null, Outcome = null });
    }

    /// <summary>A call that a limit refused.</summary>
    public static (ClientEntry, PoolEntry?) Refused(string limit, double sent, double ended) => (
        new ClientEntry
        {
            Mark = NewMark(), Sent = At(sent), Ended = At(ended), Ending = Ending.Answered, Status = 429, Limit = limit,
        },
        null);

    /// <summary>A call of which no answer came, and that the pool never saw.</summary>
    public static (ClientEntry, PoolEntry?) Lost(double sent, double ended) => (
        new ClientEntry { Mark = NewMark(), Sent = At(sent), Ended = At(ended), Ending = Ending.Broken },
        null);

    public static (ClientEntry, PoolEntry?) Answered(int status, double sent) => (
        new ClientEntry
        {
            Mark = NewMark(), Sent = At(sent), Ended = At(sent), Ending = Ending.Answered, Status = status,
        },
        null);

    public static History Of(params IEnumerable<(ClientEntry Asked, PoolEntry? Pooled)> calls)
    {
        var all = calls.ToList();
        return new History(all.Select(call => call.Asked), all.Select(call => call.Pooled).OfType<PoolEntry>());
    }

    public static IEnumerable<string> Laws(History history, Terms terms, Counted? counted = null) =>
        LiveJudge.Judge(history, terms, counted ?? Nothing).Select(breach => breach.Law);

    public static long At(double seconds) => (long)Math.Round((seconds + 1_000) * 1e9);

    private static string NewMark() => $"call-{Interlocked.Increment(ref _lastMark)}";
}
