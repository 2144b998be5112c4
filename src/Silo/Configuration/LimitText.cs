using Sluice.Grains.Abstractions.Plans;

namespace Sluice.Silo.Configuration;

/// <summary>Limits as operators write them, in the configuration file and in the admin API alike.</summary>
internal static class LimitText
{
    public static string KindText(LimitKind kind) => kind switch
    {
        LimitKind.Rate => "rate",
        LimitKind.Concurrency => "concurrency",
        LimitKind.Quota => "quota",
        _ => kind.ToString(),
    };

    /// <summary>
    /// The limit, or null after every mistake in how it is written was told to <paramref name="mistake"/>, with the
    /// member it is in. Whether its numbers make sense is for the rules to say.
    /// </summary>
    public static LimitDefinition? Parse(WrittenLimit limit, Action<string, string> mistake)
    {
        var mistaken = false;
        void Mistake(string member, string text)
        {
            mistaken = true;
            mistake(member, text);
        }

        if (string.IsNullOrEmpty(limit.Name))
        {
            Mistake("name", "is missing.");
        }

        if (TakenApart(limit, Mistake) is not { } whole)
        {
            return null;
        }

        if (whole.Amount is null)
        {
            Mistake("amount", "is missing.");
        }

        var kind = KindOf(whole.Kind);
        if (kind is LimitKind.None)
        {
            Mistake("kind", $"'{whole.Kind}' is not rate, concurrency or quota.");
        }

        if (!UnitText.TryParse(whole.Unit, out var unit, out var wrong))
        {
            Mistake(MemberOf("unit", limit), wrong);
        }

        var period = PeriodOf(whole.Period, kind, Mistake);
        var calendar = CalendarOf(whole.Calendar, kind, text => Mistake(MemberOf("calendar", limit), text));
        return mistaken
            ? null
            : new LimitDefinition
            {
                Name = whole.Name!,
                Kind = kind,
                Amount = whole.Amount!.Value,
                Unit = unit.Unit,
                UnitName = unit.Name,
                Burst = whole.Burst ?? 0,
                Period = period,
                Calendar = calendar,
            };
    }

    /// <summary>
    /// What <c>rate</c> or <c>quota</c> says in one text, member by member; null when it cannot be read.
    /// </summary>
    private static WrittenLimit? TakenApart(WrittenLimit limit, Action<string, string> mistake)
    {
        var (member, text) = limit.Rate is null ? ("quota", limit.Quota) : ("rate", limit.Rate);
        if (text is null)
        {
            return limit;
        }

        var whole = limit with { Rate = null, Quota = null };
        if (whole != new WrittenLimit { Name = limit.Name } || (limit.Rate is not null && limit.Quota is not null))
        {
            mistake(
                member, "says it all; leave out kind, amount, unit, burst, period, calendar and what else says it.");
            return null;
        }

        var (apart, rule) = limit.Rate is null
            ? (LimitSentence.OfQuota(whole, text), LimitSentence.QuotaRule)
            : (LimitSentence.OfRate(whole, text), LimitSentence.RateRule);
        if (apart is null)
        {
            mistake(member, $"'{text}' is not a {member} {rule}.");
        }

        return apart;
    }

    /// <summary>Where a mistake is told: at the text that says the member, if there is one.</summary>
    private static string MemberOf(string member, WrittenLimit limit) =>
        limit.Rate is not null ? "rate" : limit.Quota is not null ? "quota" : member;

    private static LimitKind KindOf(string? kind) => kind switch
    {
        "rate" => LimitKind.Rate,
        "concurrency" => LimitKind.Concurrency,
        "quota" => LimitKind.Quota,
        _ => LimitKind.None,
    };

    private static TimeSpan PeriodOf(string? period, LimitKind kind, Action<string, string> mistake)
    {
        var parsed = TimeSpan.Zero;
        if (kind is LimitKind.Rate && period is null)
        {
            mistake("period", "is missing: a rate has one.");
        }
        else if (period is not null && !DurationText.TryParse(period, out parsed))
        {
            mistake("period", $"'{period}' is not {DurationText.Rule}.");
        }

        return parsed;
    }

    private static CalendarPeriod CalendarOf(string? calendar, LimitKind kind, Action<string> mistake)
    {
        if (kind is not LimitKind.Quota)
        {
            if (calendar is not null)
            {
                mistake("only a quota has one.");
            }

            return CalendarPeriod.None;
        }

        var parsed = calendar is null ? CalendarPeriod.Month : CalendarText.Parse(calendar);
        if (parsed is CalendarPeriod.None)
        {
            mistake($"'{calendar}' is not {CalendarText.Rule}.");
        }

        return parsed;
    }
}
