namespace Sluice.Telemetry;

/// <summary>What a host measures and traces. One for each part of a process; they add up.</summary>
public sealed record TelemetrySources
{
    /// <summary>
    /// Meters of the platform itself: requests in, name look-ups, memory, collections. Not <c>System.Net.Http</c>,
    /// which costs every forwarded request more than it tells beside the meters of whoever forwards.
    /// </summary>
    public static readonly IReadOnlyList<string> FrameworkMeters =
    [
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "System.Net.NameResolution",
        "System.Runtime",
    ];

    /// <summary>Activity sources of the platform itself: a span per request in and per request out.</summary>
    public static readonly IReadOnlyList<string> FrameworkActivities = ["Microsoft.AspNetCore", "System.Net.Http"];

    /// <summary>Names of meters, exact or with <c>*</c>, such as <c>Npgsql</c> or <c>Sluice.*</c>.</summary>
    public required IReadOnlyList<string> Meters { get; init; }

    /// <summary>Names of activity sources, exact or with <c>*</c>.</summary>
    public required IReadOnlyList<string> Activities { get; init; }
}
