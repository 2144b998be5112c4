namespace Sluice.Testing.Judging;

/// <summary>What the admin API tells of the client after its end.</summary>
/// <param name="SlotsTaken">Slots that were taken at that moment.</param>
/// <param name="QuotaUsed">What is counted as used.</param>
public sealed record Counted(int SlotsTaken, long QuotaUsed);

/// <summary>
/// Holds the promises of limits against two records that the gateway has no part in: the pool's and the client's. It
/// names only what is certain; where the records leave room for doubt, it is the gateway's.
/// </summary>
public static class LiveJudge
{
    /// <summary>Every promise that was broken.</summary>
    /// <param name="history">What happened.</param>
    /// <param name="terms">What may be.</param>
    /// <param name="counted">What the admin API told 15 s after the end.</param>
    public static IReadOnlyList<Breach> Judge(History history, Terms terms, Counted counted)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(counted);
        return
        [
            .. Rates(history, terms), .. Slots(history, terms, counted), .. Quota(history, terms, counted),
            .. Answers(history), .. WrongRefusals(history, terms),
        ];
    }

    private static IEnumerable<Breach> Rates(History history, Terms terms)
    {
        if (terms.Rate is { } rate && RateLaw.Excess(history.Admitted(), rate, out var window) is > 0 and var excess)
        {
            yield return RateBreach(excess, "calls", window);
        }

        if (terms.Tokens is { } tokens
            && RateLaw.Excess(history.Admitted(history.SureTokens), tokens, out var times) is > 0 and var most)
        {
            yield return RateBreach(most, "tokens", times);
        }
    }

    private static Breach RateBreach(long excess, string what, (long From, long To) window) => new(
        "R1", FormattableString.Invariant(
            $"{excess} {what} too many in a window of {(window.To - window.From) / 1e9:F3} s."));

    private static IEnumerable<Breach> Slots(History history, Terms terms, Counted counted)
    {
        if (terms.Slots is { } slots && SlotsLaw.Peak(history.Pooled) is var (most, at) && most > slots)
        {
            yield return new Breach("C1", $"{most} calls ran at the pool at once, of {slots} that may, at {at} ns.");
        }

        if (counted.SlotsTaken > 0)
        {
            yield return new Breach("C2", $"{counted.SlotsTaken} slots are taken 15 s after the last call.");
        }
    }

    /// <summary>
    /// What is counted is never less than what the pool saw. It is more by what nobody knows of, and after a crash by
    /// what was reserved.
    /// </summary>
    private static IEnumerable<Breach> Quota(History history, Terms terms, Counted counted)
    {
        if (terms.Quota is not { } quota)
        {
            yield break;
        }

        var (seen, unknown) = (history.Pooled.Count, history.Unknown.Count());
        var most = seen + unknown + (terms.TroubleAt is null ? 0 : terms.QuotaWithheld);
        if (seen > quota)
        {
            yield return new Breach("Q1", $"The pool saw {seen} calls, of {quota} that may be.");
        }

        if (counted.QuotaUsed < seen || counted.QuotaUsed > most || counted.QuotaUsed > quota)
        {
            yield return new Breach(
                "Q2", $"{counted.QuotaUsed} are counted as used, where the pool saw {seen}, {unknown} are not known "
                + $"of, {most} explain the most, and {quota} may be.");
        }
    }

    /// <summary>Trouble is never the client's: its key and its rights are as they were.</summary>
    private static IEnumerable<Breach> Answers(History history) =>
        from call in history.Asked
        where call.Status is >= 400 and < 500 && !call.IsLimited
        group call by (call.Status, call.Code) into same
        select new Breach("K1", $"{same.Count()} calls were answered with {same.Key.Status}, {same.Key.Code}.");

    private static IEnumerable<Breach> WrongRefusals(History history, Terms terms)
    {
        var possible = history.Possible(terms.AskingMax);
        var slots = history.PossibleSlots(terms.SlotsLag, terms.AskingMax);
        return
            from call in history.Asked
            where call.IsLimited
            let why = WhyWrong(call, terms, possible, slots)
            where why is not null
            select new Breach("L1", $"{call.Mark} was refused by '{call.Limit}', and {why}.");
    }

    /// <summary>Null when the refusal may have been right.</summary>
    private static string? WhyWrong(
        ClientEntry call, Terms terms, IReadOnlyList<Taken> possible, IReadOnlyList<Taken> slots)
    {
        var isCalm = terms.TroubleAt is not { } trouble || call.Ended < trouble;
        switch (call.Limit)
        {
            case Terms.RateName when terms.Rate is { } rate:
                var withheld = terms.RateOut + (isCalm ? 0 : terms.RateWithheld);
                var left = RateLaw.Left(possible, rate, call.Sent, call.Ended) - withheld;
                return left >= 1 ? $"at least {left} calls were left all the time" : null;
            case Terms.SlotsName when terms.Slots is { } most:
                var taken = slots.Count(one => one.From <= call.Ended && one.To >= call.Sent);
                return isCalm && taken < most ? $"at most {taken} of {most} slots were taken" : null;
            case Terms.QuotaName when terms.Quota is { } quota:
                var used = possible.Count(one => one.From <= call.Ended) + (isCalm ? 0 : terms.QuotaWithheld);
                return used < quota ? $"at most {used} of {quota} were used" : null;
            case Terms.TokensName when terms.Tokens is not null:
                return null; // What the call would have reserved is not known outside.
            default:
                return "it has no such limit";
        }
    }
}
