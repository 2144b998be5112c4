namespace Sluice.Silo.Introspection;

/// <summary>The cluster as one silo sees it now.</summary>
/// <param name="Engine"><c>BuiltIn</c> or <c>Orleans</c>.</param>
/// <param name="EngineVersion">The engine's own version.</param>
/// <param name="ViewVersion">Counts the changes of membership; 0 for a silo without a cluster.</param>
/// <param name="At">When this was gathered.</param>
/// <param name="Totals">What the silos that answered have together.</param>
/// <param name="Silos">Every silo of the view, in the order of their ids.</param>
internal sealed record ClusterReport(
    string Engine, string EngineVersion, long ViewVersion, DateTimeOffset At, ClusterTotals Totals, SiloReport[] Silos);

/// <summary>The sums over all silos that answered.</summary>
/// <param name="Silos">Silos in the view.</param>
/// <param name="SilosReachable">Those that answered.</param>
/// <param name="Activations">Grains in memory.</param>
/// <param name="Waiting">Requests that wait for their grain's turn; null when the engine cannot tell.</param>
/// <param name="CallsPerSecond">
/// Calls that began to run, over the last seconds; null when the engine cannot tell.
/// </param>
/// <param name="Types">Grains in memory by type, most numerous first.</param>
internal sealed record ClusterTotals(
    int Silos, int SilosReachable, int Activations, long? Waiting, double? CallsPerSecond, GrainTypeReport[] Types)
{
    public static ClusterTotals Of(IReadOnlyCollection<SiloReport> silos)
    {
        var figures = silos.Select(silo => silo.Figures).OfType<SiloFigures>().ToArray();
        return new ClusterTotals(
            silos.Count,
            figures.Length,
            figures.Sum(silo => silo.Activations),
            Sum(figures.Select(silo => silo.Waiting)),
            figures.Length > 0 && figures.All(silo => silo.CallsPerSecond is null)
                ? null
                : figures.Sum(silo => silo.CallsPerSecond),
            [
                .. figures.SelectMany(silo => silo.Types)
                    .GroupBy(type => type.Type)
                    .Select(type => new GrainTypeReport(
                        type.Key, type.Sum(part => part.Activations), Sum(type.Select(part => part.Waiting))))
                    .OrderByDescending(type => type.Activations)
                    .ThenBy(type => type.Type, StringComparer.Ordinal),
            ]);
    }

    /// <summary>Null when somebody was asked and nobody could tell.</summary>
    private static long? Sum(IEnumerable<long?> parts)
    {
        var told = parts.ToArray();
        return told.Length > 0 && told.All(part => part is null) ? null : told.Sum();
    }
}

/// <summary>One silo.</summary>
/// <param name="Id">The engine's identity of that process; never used again.</param>
/// <param name="Name">For people.</param>
/// <param name="Address">Where other silos reach it, as <c>host:port</c>; empty for a silo without a cluster.</param>
/// <param name="Status"><c>Active</c>, <c>Stopping</c> or what else the engine says.</param>
/// <param name="Reachable">It answered in time.</param>
/// <param name="Self">It is the one that gathered this report.</param>
/// <param name="Problem">Why it did not answer; null when it did.</param>
/// <param name="Figures">What it said of itself; null when it did not answer.</param>
internal sealed record SiloReport(
    string Id, string Name, string Address, string Status, bool Reachable, bool Self, string? Problem,
    SiloFigures? Figures);

/// <summary>What a silo says of itself. What an engine cannot tell is null.</summary>
/// <param name="ViewVersion">The view it works by; it differs from others' only for moments.</param>
/// <param name="StartedAt">When it began to take calls.</param>
/// <param name="UptimeSeconds">Since then.</param>
/// <param name="MemoryBytes">Memory of the process that is resident.</param>
/// <param name="HeapBytes">Memory of managed objects, those that are garbage included.</param>
/// <param name="Activations">Grains in memory.</param>
/// <param name="Waiting">Requests that wait for their grain's turn.</param>
/// <param name="CallsPerSecond">Calls that began to run there, over the last seconds.</param>
/// <param name="FailuresPerSecond">Calls that ended with an error there, over the last seconds.</param>
/// <param name="Latency">From a call's arrival at that silo to its answer, over the last seconds.</param>
/// <param name="Waited">From a call's arrival to its turn, over the last seconds.</param>
/// <param name="Types">Grains in memory by type, most numerous first.</param>
/// <param name="LongestQueues">The grains for which most requests wait, longest first, ten at most.</param>
internal sealed record SiloFigures(
    long ViewVersion, DateTimeOffset StartedAt, double UptimeSeconds, long? MemoryBytes, long HeapBytes,
    int Activations,
    long? Waiting, double? CallsPerSecond, double? FailuresPerSecond, LatencyReport? Latency, LatencyReport? Waited,
    GrainTypeReport[] Types, GrainSummary[] LongestQueues);

/// <summary>How long something took.</summary>
/// <param name="P50Milliseconds">Half took no longer.</param>
/// <param name="P99Milliseconds">All but one in a hundred took no longer.</param>
/// <param name="Measured">How many were measured; not every call is.</param>
internal sealed record LatencyReport(double P50Milliseconds, double P99Milliseconds, long Measured);

/// <summary>The grains of one type.</summary>
/// <param name="Type">The engine's name of the type, such as <c>client</c>.</param>
/// <param name="Activations">Those in memory.</param>
/// <param name="Waiting">Requests that wait for one of them.</param>
internal sealed record GrainTypeReport(string Type, int Activations, long? Waiting);
