using System.Globalization;
using System.Text.RegularExpressions;

namespace Sluice.EndToEnd.Contract;

/// <summary>Durations as Go's parser, and with it the clients of OpenAI's headers, reads them.</summary>
internal static partial class GoDurationText
{
    public static TimeSpan Read(string text)
    {
        var parts = GoDuration().Match(text);
        Assert.True(parts.Success && text.Length > 0, $"'{text}' is not a duration that Go would parse.");
        double Part(string name) =>
            parts.Groups[name].Success ? double.Parse(parts.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
        return TimeSpan.FromHours(Part("h")) + TimeSpan.FromMinutes(Part("m")) + TimeSpan.FromSeconds(Part("s"))
            + TimeSpan.FromMilliseconds(Part("ms"));
    }

    [GeneratedRegex(@"^((?<h>\d+)h)?((?<m>\d+)m(?!s))?((?<s>\d+(\.\d+)?)s)?((?<ms>\d+)ms)?$")]
    private static partial Regex GoDuration();
}
