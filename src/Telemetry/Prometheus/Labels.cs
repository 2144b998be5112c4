using System.Globalization;
using System.Text;

namespace Sluice.Telemetry.Prometheus;

/// <summary>Writes tags as labels: <c>method="GET",route="/v1"</c>, sorted by name, without the braces.</summary>
internal static class Labels
{
    /// <summary>
    /// A later tag replaces an earlier one of the same key; different keys that become one label are joined by
    /// <c>;</c>. A tag without a value is no label, which to Prometheus is the same as an empty one.
    /// </summary>
    public static string Of(
        IEnumerable<KeyValuePair<string, object?>> always, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var values = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var tag in always)
        {
            values[tag.Key] = tag.Value;
        }

        foreach (var tag in tags)
        {
            values[tag.Key] = tag.Value;
        }

        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in values)
        {
            var text = TextOf(value);
            var label = MetricName.OfLabel(key);
            if (text.Length > 0)
            {
                labels[label] = labels.TryGetValue(label, out var other) ? $"{other};{text}" : text;
            }
        }

        return string.Join(',', labels.Select(label => $"{label.Key}=\"{Escape(label.Value)}\""));
    }

    private static string TextOf(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Escape(string value) =>
        value.AsSpan().IndexOfAny('\\', '"', '\n') < 0
            ? value
            : new StringBuilder(value).Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\n", @"\n").ToString();
}
