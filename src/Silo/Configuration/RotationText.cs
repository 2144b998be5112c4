using System.Globalization;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Plans;

namespace Sluice.Silo.Configuration;

/// <summary>
/// What a plan says of the rotation of keys as operators write it, in the configuration file and in the admin API
/// alike. What is null was left out.
/// </summary>
internal sealed record RotationText
{
    public string? Interval { get; init; }

    public string? ActivationDelay { get; init; }

    public string? Overlap { get; init; }

    public bool? AcceptEarly { get; init; }

    public long? Retention { get; init; }

    public string? Quiet { get; init; }

    public string? Lifetime { get; init; }

    /// <summary>
    /// What it says, or null after every mistake in how it is written was told, with the member it is in. Whether its
    /// times make sense is for the rules to say.
    /// </summary>
    public RotationDefinition? Parse(Action<string, string> mistake)
    {
        var isMistaken = false;
        void Mistake(string member, string text)
        {
            isMistaken = true;
            mistake(member, text);
        }

        TimeSpan? Time(string member, string? text)
        {
            if (text is null)
            {
                return null;
            }

            if (!DurationText.TryParse(text, out var time))
            {
                Mistake(member, $"'{text}' is not {DurationText.Rule}.");
            }

            return time;
        }

        if (Retention is < 0 or > int.MaxValue)
        {
            Mistake("retention", $"{Retention.Value.ToString(CultureInfo.InvariantCulture)} is no number of versions.");
        }

        var read = new RotationDefinition
        {
            Interval = Time("interval", Interval),
            ActivationDelay = Time("activationDelay", ActivationDelay),
            Overlap = Time("overlap", Overlap),
            AcceptEarly = AcceptEarly,
            Retention = isMistaken ? null : (int?)Retention,
            Quiet = Time("quiet", Quiet),
            Lifetime = Time("lifetime", Lifetime),
        };
        return isMistaken ? null : read;
    }

    /// <summary>What a plan of the file says; null when it says nothing, or after every mistake was noted.</summary>
    public static RotationDefinition? Read(YamlObject plan)
    {
        if (plan.Object("rotation") is not { } rotation)
        {
            return null;
        }

        var read = new RotationText
        {
            Interval = rotation.Text("interval"),
            ActivationDelay = rotation.Text("activationDelay"),
            Overlap = rotation.Text("overlap"),
            AcceptEarly = rotation.Flag("acceptEarly"),
            Retention = rotation.Number("retention"),
            Quiet = rotation.Text("quiet"),
            Lifetime = rotation.Text("lifetime"),
        }.Parse((member, mistake) =>
        {
            if (!rotation.HasMistake(member))
            {
                rotation.Mistake(member, mistake);
            }
        });
        foreach (var mistake in read?.ToRule().Mistakes() ?? [])
        {
            // The rules name the place as the admin API does: rotation.overlap: …
            var dot = mistake.IndexOf('.', StringComparison.Ordinal);
            var colon = mistake.IndexOf(": ", StringComparison.Ordinal);
            rotation.Mistake(mistake[(dot + 1)..colon], mistake[(colon + 2)..]);
        }

        rotation.NothingElse();
        return read;
    }

    public static RotationText Of(RotationDefinition said) => new()
    {
        Interval = TimeText(said.Interval),
        ActivationDelay = TimeText(said.ActivationDelay),
        Overlap = TimeText(said.Overlap),
        AcceptEarly = said.AcceptEarly,
        Retention = said.Retention,
        Quiet = TimeText(said.Quiet),
        Lifetime = TimeText(said.Lifetime),
    };

    private static string? TimeText(TimeSpan? time) =>
        time is not { } said ? null : said == TimeSpan.Zero ? "0s" : DurationText.Format(said);
}
