using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sluice.Grains.Clients;

/// <summary>Why a key was rotated.</summary>
internal enum RotationTrigger
{
    /// <summary>Somebody asked.</summary>
    Asked,

    /// <summary>Its time had come.</summary>
    Scheduled,

    /// <summary>Somebody asked, because it is no longer secret.</summary>
    Emergency,
}

/// <summary>What one active client has of keys in rotation.</summary>
/// <param name="Pending">For how long the oldest version waits; zero when none does.</param>
/// <param name="Retiring">For how long the oldest overlap goes on; zero when there is none.</param>
/// <param name="Unfetched">For how long the oldest secret waits to be fetched; zero when none does.</param>
/// <param name="Ending">Keys that end soon with nothing to take their place.</param>
internal readonly record struct KeyFigures(TimeSpan Pending, TimeSpan Retiring, TimeSpan Unfetched, int Ending);

/// <summary>
/// Rotations, and uses of keys that are over. Tags are a plan and words of closed sets; never a client or a key. Gauges
/// are of the clients that are active on this silo, as of a minute ago.
/// </summary>
internal static class KeyMetrics
{
    private static readonly ConcurrentDictionary<object, KeyFigures> Figures = new();
    private static readonly Meter Meter = new(ShadowMetrics.MeterName);

    private static readonly Counter<long> Rotations = Meter.CreateCounter<long>(
        "sluice.key.rotations", "{rotation}", "Keys for which a newer version was made.");

    private static readonly Counter<long> Deliveries = Meter.CreateCounter<long>(
        "sluice.key.deliveries", "{secret}", "New secrets that can be fetched no more, and why.");

    private static readonly Counter<long> RetiredUses = Meter.CreateCounter<long>(
        "sluice.key.retired_uses", "{call}", "Calls with a key whose place a newer one has taken.");

    static KeyMetrics()
    {
        Meter.CreateObservableGauge(
            "sluice.key.rotation_age", RotationAges, "s", "How long the oldest rotation is in a state.");
        Meter.CreateObservableGauge(
            "sluice.key.ending", static () => (long)Figures.Values.Sum(one => one.Ending), "{key}",
            "Keys that end within two weeks, and nothing is about to take their place.");
    }

    public static void Rotated(string plan, RotationTrigger trigger) => Rotations.Add(
        1, Tag("plan", plan), Tag("trigger", trigger switch
        {
            RotationTrigger.Asked => "asked",
            RotationTrigger.Scheduled => "scheduled",
            _ => "emergency",
        }));

    /// <param name="plan">The plan.</param>
    /// <param name="outcome"><c>acknowledged</c>, <c>expired</c> or <c>unfetched</c>.</param>
    public static void Delivered(string plan, string outcome) =>
        Deliveries.Add(1, Tag("plan", plan), Tag("outcome", outcome));

    public static void RetiredUsed(string plan) => RetiredUses.Add(1, Tag("plan", plan));

    public static void Told(object client, in KeyFigures figures)
    {
        if (figures == default)
        {
            Forget(client);
        }
        else
        {
            Figures[client] = figures;
        }
    }

    public static void Forget(object client) => Figures.TryRemove(client, out _);

    private static IEnumerable<Measurement<double>> RotationAges()
    {
        var all = Figures.Values;
        yield return Age("pending", all.Select(one => one.Pending));
        yield return Age("retiring", all.Select(one => one.Retiring));
        yield return Age("unfetched", all.Select(one => one.Unfetched));
    }

    private static Measurement<double> Age(string state, IEnumerable<TimeSpan> ages) =>
        new(ages.DefaultIfEmpty().Max().TotalSeconds, Tag("state", state));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
