using System.Globalization;

namespace Sluice.Rules.Safekeeping;

/// <summary>
/// The name of a backup, <c>sluice-20261122T053011Z-4f0c9a1b</c>: when it was taken, so that names sort by age, and
/// eight digits by chance. It is the name of its folder too.
/// </summary>
/// <param name="TakenAt">Whole seconds, UTC.</param>
/// <param name="Chance">Eight hexadecimal digits.</param>
public readonly record struct BackupName(DateTimeOffset TakenAt, string Chance)
{
    private const string Head = "sluice-";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int ChanceLength = 8;

    /// <summary>A name, read; null when it is none: a folder of somebody else, or one that is not whole.</summary>
    public static BackupName? Parse(string text) =>
        text.StartsWith(Head, StringComparison.Ordinal)
        && text[Head.Length..].Split('-') is [var time, { Length: ChanceLength } chance]
        && chance.All(char.IsAsciiHexDigitLower)
        && DateTimeOffset.TryParseExact(
            time, TimeFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var takenAt)
            ? new BackupName(takenAt, chance)
            : null;

    public override string ToString() =>
        $"{Head}{TakenAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{Chance}";
}
