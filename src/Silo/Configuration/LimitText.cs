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
    public static LimitDefinition? Parse(
        string? name, string? kind, long? amount, long? burst, string? period, string? calendar,
        Action<string, string> mistake)
    {
        var mistaken = false;
        void Mistake(string member, string text)
        {
            mistaken = true;
            mistake(member, text);
        }

        if (string.IsNullOrEmpty(name))
        {
            Mistake("name", "is missing.");
        }

        if (amount is null)
        {
            Mistake("amount", "is missing.");
        }

        var parsedKind = kind switch
        {
            "rate" => LimitKind.Rate,
            "concurrency" => LimitKind.Concurrency,
            "quota" => LimitKind.Quota,
            _ => LimitKind.None,
        };
        if (parsedKind is LimitKind.None)
        {
            Mistake("kind", $"'{kind}' is not rate, concurrency or quota.");
        }

        var parsedPeriod = TimeSpan.Zero;
        if (parsedKind is LimitKind.Rate && period is null)
        {
            Mistake("period", "is missing: a rate has one.");
        }
        else if (period is not null && !DurationText.TryParse(period, out parsedPeriod))
        {
            Mistake("period", $"'{period}' is not {DurationText.Rule}.");
        }

        if (calendar is not null && (calendar != "month" || parsedKind is not LimitKind.Quota))
        {
            Mistake("calendar", "only a quota has one, and it is month.");
        }

        return mistaken
            ? null
            : new LimitDefinition
            {
                Name = name!,
                Kind = parsedKind,
                Amount = amount!.Value,
                Burst = burst ?? 0,
                Period = parsedPeriod,
                Calendar = parsedKind is LimitKind.Quota ? CalendarPeriod.Month : CalendarPeriod.None,
            };
    }
}
