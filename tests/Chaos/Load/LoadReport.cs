using System.Globalization;

namespace Sluice.Chaos.Load;

/// <summary>What came of a steady load.</summary>
internal sealed record LoadReport
{
    internal required int Sent { get; init; }

    internal required int Succeeded { get; init; }

    /// <summary>How many failed in which way: a status, or the reason why there was none.</summary>
    internal required IReadOnlyDictionary<string, int> Failures { get; init; }

    /// <summary>The longest time in which one caller had no success, of all callers.</summary>
    internal required TimeSpan LongestGap { get; init; }

    /// <summary>The longest time from a request to its answer, whatever it was.</summary>
    internal required TimeSpan Slowest { get; init; }

    /// <summary>Requests answered 200 by which the pools cannot have counted less.</summary>
    internal int Failed => Failures.Values.Sum();

    public override string ToString()
    {
        var how = string.Join(", ", Failures.Select(entry => $"{entry.Value} × {entry.Key}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Sent} requests, {Failed} failed{(Failed == 0 ? "" : $" ({how})")}, longest gap "
            + $"{LongestGap.TotalSeconds:F2} s, slowest answer {Slowest.TotalSeconds:F2} s");
    }
}
