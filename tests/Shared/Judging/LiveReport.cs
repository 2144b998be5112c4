using System.Globalization;

namespace Sluice.Testing.Judging;

/// <summary>What a run came to, in figures.</summary>
public sealed record LiveReport
{
    /// <summary>Judges, and counts.</summary>
    public static LiveReport Of(History history, Terms terms, Counted counted)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(terms);
        return new LiveReport
        {
            Asked = history.Asked.Count,
            Admitted = history.Pooled.Count,
            HungUp = history.Asked.Count(call => call.Ending is Ending.HungUp),
            Refused = history.Asked.Where(call => call.IsLimited)
                .CountBy(call => call.Limit ?? "no limit").ToDictionary(),
            Failed = history.Asked.Where(HasFailed).CountBy(Failure).ToDictionary(),
            RateExcess = terms.Rate is { } rate ? Math.Max(0, RateLaw.Excess(history.Admitted(), rate, out _)) : 0,
            TokensExcess = terms.Tokens is { } tokens
                ? Math.Max(0, RateLaw.Excess(history.Admitted(history.SureTokens), tokens, out _))
                : 0,
            Tokens = history.Pooled.Sum(call => call.Tokens),
            Peak = SlotsLaw.Peak(history.Pooled).Most,
            LongestGap = history.LongestGap,
            Slowest = history.Asked.Select(call => new TimeSpan((call.Ended - call.Sent) / 100)).DefaultIfEmpty().Max(),
            Counted = counted,
            Breaches = LiveJudge.Judge(history, terms, counted),
            History = history,
        };
    }

    public required int Asked { get; init; }

    /// <summary>Calls that came to the pool.</summary>
    public required int Admitted { get; init; }

    public required int HungUp { get; init; }

    /// <summary>By the limit that refused.</summary>
    public required IReadOnlyDictionary<string, int> Refused { get; init; }

    /// <summary>Calls that were neither answered, nor refused by a limit, nor hung up on; by how they failed.</summary>
    public required IReadOnlyDictionary<string, int> Failed { get; init; }

    /// <summary>What the worst window of the rate had too much.</summary>
    public required long RateExcess { get; init; }

    /// <summary>The same of the rate of tokens.</summary>
    public required long TokensExcess { get; init; }

    /// <summary>What the pool has read and answered.</summary>
    public required long Tokens { get; init; }

    /// <summary>Most calls that ran at the pool at once.</summary>
    public required int Peak { get; init; }

    public required TimeSpan LongestGap { get; init; }

    /// <summary>The longest time from a call to its end, however it ended.</summary>
    public required TimeSpan Slowest { get; init; }

    public required Counted Counted { get; init; }

    /// <summary>Every promise that was broken.</summary>
    public required IReadOnlyList<Breach> Breaches { get; init; }

    public required History History { get; init; }

    /// <summary>Calls that were neither answered, nor refused by a limit, nor hung up on.</summary>
    public IEnumerable<ClientEntry> FailedCalls => History.Asked.Where(HasFailed);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Asked} calls, {Admitted} at the pool ({Tokens} tokens), {HungUp} hung up, refused {Text(Refused)}, "
        + $"failed {Text(Failed)}; over the rate {RateExcess} + {TokensExcess} tokens, at once {Peak}, "
        + $"counted {Counted.QuotaUsed}, slots left {Counted.SlotsTaken}, "
        + $"longest gap {LongestGap.TotalSeconds:F2} s, slowest {Slowest.TotalSeconds:F2} s");

    private static bool HasFailed(ClientEntry call) =>
        call.Ending is Ending.Broken || (call.Ending is Ending.Answered && call.Status is not 200 and not 429);

    private static string Failure(ClientEntry call) =>
        call.Failure ?? string.Create(CultureInfo.InvariantCulture, $"{call.Status} {call.Code}");

    private static string Text(IReadOnlyDictionary<string, int> counts) => counts.Count == 0
        ? "0"
        : string.Join(" + ", counts.OrderBy(count => count.Key).Select(count => $"{count.Value} × {count.Key}"));
}
