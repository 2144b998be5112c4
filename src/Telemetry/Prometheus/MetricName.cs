using System.Text;

namespace Sluice.Telemetry.Prometheus;

/// <summary>
/// Turns names and UCUM units into what Prometheus accepts, by OpenTelemetry's rules of compatibility: the unit in
/// words, <c>_total</c> behind every counter, <c>_ratio</c> behind a gauge without dimension, annotations such as
/// <c>{request}</c> dropped.
/// </summary>
internal static class MetricName
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["d"] = "days", ["h"] = "hours", ["min"] = "minutes", ["s"] = "seconds", ["ms"] = "milliseconds",
        ["us"] = "microseconds", ["ns"] = "nanoseconds",
        ["By"] = "bytes", ["KiBy"] = "kibibytes", ["MiBy"] = "mebibytes", ["GiBy"] = "gibibytes",
        ["TiBy"] = "tebibytes", ["KBy"] = "kilobytes", ["MBy"] = "megabytes", ["GBy"] = "gigabytes",
        ["TBy"] = "terabytes",
        ["m"] = "meters", ["V"] = "volts", ["A"] = "amperes", ["J"] = "joules", ["W"] = "watts", ["g"] = "grams",
        ["Cel"] = "celsius", ["Hz"] = "hertz", ["%"] = "percent",
    };

    private static readonly Dictionary<string, string> PerUnits = new(StringComparer.Ordinal)
    {
        ["s"] = "second", ["min"] = "minute", ["h"] = "hour", ["d"] = "day", ["wk"] = "week", ["mo"] = "month",
        ["a"] = "year",
    };

    /// <summary>The name of a metric. An up-down counter of unit <c>1</c> counts things, so it is no ratio.</summary>
    public static string Of(string instrument, string? unit, MetricKind kind, bool isUpDown)
    {
        var name = Clean(instrument, allowColon: true);
        var isCounter = kind is MetricKind.Counter;
        if (isCounter && name.EndsWith("_total", StringComparison.Ordinal))
        {
            name = name[..^"_total".Length]; // It goes behind the unit.
        }

        var word = unit is "1" && kind is MetricKind.Gauge && !isUpDown ? "ratio" : WordOf(unit);
        if (word.Length > 0 && name != word && !name.EndsWith("_" + word, StringComparison.Ordinal))
        {
            name = $"{name}_{word}";
        }

        return isCounter ? name + "_total" : name;
    }

    /// <summary>The name of a label. <c>le</c> belongs to histograms and is set aside.</summary>
    public static string OfLabel(string tag)
    {
        var name = Clean(tag, allowColon: false);
        return name is "le" ? "le_" : name;
    }

    private static string WordOf(string? unit)
    {
        var plain = WithoutAnnotations(unit);
        var slash = plain.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return plain is "1" ? "" : Units.GetValueOrDefault(plain) ?? CleanUnit(plain);
        }

        var (above, below) = (plain[..slash], plain[(slash + 1)..]);
        var over = Units.GetValueOrDefault(above) ?? CleanUnit(above);
        var per = PerUnits.GetValueOrDefault(below) ?? CleanUnit(below);
        return per.Length == 0 ? over : over.Length == 0 ? $"per_{per}" : $"{over}_per_{per}";
    }

    private static string WithoutAnnotations(string? unit)
    {
        var plain = new StringBuilder();
        var depth = 0;
        foreach (var character in unit ?? "")
        {
            depth += character is '{' ? 1 : 0;
            if (depth == 0)
            {
                plain.Append(character);
            }

            depth -= character is '}' && depth > 0 ? 1 : 0;
        }

        return plain.ToString().Trim();
    }

    private static string CleanUnit(string unit) => unit.Length == 0 ? "" : Clean(unit, allowColon: false).Trim('_');

    /// <summary>Letters, digits and single underscores, no digit first: never a reserved <c>__name</c>.</summary>
    private static string Clean(string text, bool allowColon)
    {
        var clean = new StringBuilder(text.Length + 1);
        foreach (var character in text)
        {
            var allowed = char.IsAsciiLetterOrDigit(character) || (allowColon && character is ':');
            if (char.IsAsciiDigit(character) && clean.Length == 0)
            {
                clean.Append('_');
            }

            if (allowed)
            {
                clean.Append(character);
            }
            else if (clean.Length == 0 || clean[^1] is not '_')
            {
                clean.Append('_');
            }
        }

        return clean.Length == 0 ? "_" : clean.ToString();
    }
}
