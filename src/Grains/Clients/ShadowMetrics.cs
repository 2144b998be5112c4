using System.Diagnostics.Metrics;

namespace Sluice.Grains.Clients;

/// <summary>
/// What limits on trial would have done. Tags are a plan, or a tenant, and a limit of it; never a client.
/// </summary>
internal static class ShadowMetrics
{
    public const string MeterName = "Sluice.Grains";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        "sluice.shadow.refusals", "{call}", "Admitted calls that a limit on trial would have refused.");

    public static void WouldRefuse(string plan, string limit) => Refusals.Add(
        1, new KeyValuePair<string, object?>("plan", plan), new KeyValuePair<string, object?>("limit", limit));

    public static void WouldRefuseFor(string tenant, string limit) => Refusals.Add(
        1, new KeyValuePair<string, object?>("tenant", tenant), new KeyValuePair<string, object?>("limit", limit));
}
