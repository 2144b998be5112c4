using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Plans;

namespace Sluice.Silo.Configuration;

/// <summary>
/// What a plan says of outages as operators write it, in the configuration file and in the admin API alike.
/// </summary>
internal static class DegradedText
{
    public const string Open = "open";
    public const string Closed = "closed";

    /// <summary>
    /// What it says, or null after every mistake in how it is written was told to <paramref name="mistake"/>, with the
    /// member it is in. Whether its times make sense is for the rules to say.
    /// </summary>
    public static DegradedDefinition? Parse(
        string? mode, string? rateTime, string? grace, string? verifiedWithin, Action<string, string> mistake)
    {
        var mistaken = false;
        void Mistake(string member, string text)
        {
            mistaken = true;
            mistake(member, text);
        }

        TimeSpan Time(string member, string? text)
        {
            if (text is null)
            {
                return TimeSpan.Zero;
            }

            if (!DurationText.TryParse(text, out var time))
            {
                Mistake(member, $"'{text}' is not {DurationText.Rule}.");
            }
            else if (time == TimeSpan.Zero)
            {
                Mistake(member, "must be longer than nothing; leave it out for what is usual.");
            }
            else if (mode is Closed)
            {
                Mistake(member, "only an open plan has one.");
            }

            return time;
        }

        if (mode is not (Open or Closed))
        {
            Mistake("mode", $"'{mode}' is not open or closed.");
        }

        var read = new DegradedDefinition
        {
            Open = mode is Open,
            RateTime = Time("rateTime", rateTime),
            Grace = Time("grace", grace),
            VerifiedWithin = Time("verifiedWithin", verifiedWithin),
        };
        return mistaken ? null : read;
    }

    /// <summary>What a plan of the file says; null when it says nothing, or after every mistake was noted.</summary>
    public static DegradedDefinition? Read(YamlObject plan)
    {
        if (plan.Object("degraded") is not { } degraded)
        {
            return null;
        }

        var mode = degraded.Needed("mode");
        var read = Parse(
            mode, degraded.Text("rateTime"), degraded.Text("grace"), degraded.Text("verifiedWithin"),
            (member, mistake) =>
            {
                if (!degraded.HasMistake(member))
                {
                    degraded.Mistake(member, mistake);
                }
            });
        foreach (var mistake in read?.ToRule().Mistakes() ?? [])
        {
            // The rules name the place as the admin API does: degraded.grace: …
            var dot = mistake.IndexOf('.', StringComparison.Ordinal);
            var colon = mistake.IndexOf(": ", StringComparison.Ordinal);
            degraded.Mistake(mistake[(dot + 1)..colon], mistake[(colon + 2)..]);
        }

        degraded.NothingElse();
        return read;
    }

    public static string ModeText(DegradedDefinition degraded) => degraded.Open ? Open : Closed;

    /// <summary>Null for what was left out.</summary>
    public static string? TimeText(TimeSpan time) => time == TimeSpan.Zero ? null : DurationText.Format(time);
}
