using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Sluice.Actors.Hosting;
using Sluice.Actors.Introspection;
using Sluice.Silo.Introspection;

namespace Sluice.Silo.Hosting;

/// <summary>Looks into a cluster that <c>src/Actors</c> runs.</summary>
internal sealed class BuiltInIntrospection(ActorHost host, TimeProvider time) : IClusterIntrospection
{
    private static readonly string Version =
        typeof(ActorHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public async Task<ClusterReport> ReportAsync(CancellationToken cancellationToken)
    {
        var look = await host.ReportAsync(cancellationToken);
        var silos = look.Silos.Select(ToReport).ToArray();
        return new ClusterReport(
            "BuiltIn", Version, look.ViewVersion, time.GetUtcNow(), ClusterTotals.Of(silos), silos);
    }

    public async Task<GrainList> ListAsync(GrainQuery query, CancellationToken cancellationToken)
    {
        var answers = await host.ListAsync(
            new ActivationQuery { Type = query.Type ?? "", WaitingMin = query.WaitingMin, Most = query.Most },
            cancellationToken);
        return new GrainList(
            [
                .. answers
                    .SelectMany(silo => (silo.Answer ?? []).Select(grain => ToSummary(grain, IdOf(silo.Silo?.Id ?? 0))))
                    .OrderByDescending(grain => grain.Waiting)
                    .ThenByDescending(grain => grain.LastUsedAt)
                    .ThenBy(grain => grain.Type, StringComparer.Ordinal)
                    .ThenBy(grain => grain.Key, StringComparer.Ordinal)
                    .Take(query.Most),
            ],
            [.. answers.Where(silo => silo.Answer is null).Select(silo => IdOf(silo.Silo!.Id))]);
    }

    public async Task<GrainReport?> LookAsync(string type, string key, CancellationToken cancellationToken)
    {
        if (await host.LookAsync(GrainId.Create(type, key), cancellationToken) is not { } owned)
        {
            return null;
        }

        var activation = owned.Look?.Activation;
        return new GrainReport(
            type, key, IdOf(owned.SiloId),
            owned.Look is null ? null : activation is not null,
            activation?.Status,
            activation?.Waiting ?? 0,
            activation?.Running,
            activation?.LastUsed,
            owned.Look?.Since,
            owned.Look?.State is { } json ? JsonElement.Parse(json) : null,
            owned.Problem ?? owned.Look?.Problem);
    }

    private SiloReport ToReport(SiloLook<HostReport> look)
    {
        var figures = look.Answer is { } answer ? ToFigures(answer, IdOf(look.Silo?.Id ?? 0)) : null;
        return look.Silo is { } silo
            ? new SiloReport(
                IdOf(silo.Id), silo.Name, $"{silo.Host}:{silo.Port}", silo.Status.ToString(), figures is not null,
                look.IsSelf, look.Problem, figures)
            : new SiloReport(IdOf(0), Environment.MachineName, "", "Active", true, true, null, figures);
    }

    private static SiloFigures ToFigures(HostReport report, string silo) => new(
        report.ViewVersion, report.StartedAt, report.Uptime.TotalSeconds, report.MemoryBytes, report.HeapBytes,
        report.Activations, report.Waiting, report.CallsPerSecond, report.FailuresPerSecond,
        ToLatency(report.Latency), ToLatency(report.Waited),
        [.. report.Types.Select(type => new GrainTypeReport(type.Type, type.Activations, type.Waiting))],
        [.. report.LongestQueues.Select(grain => ToSummary(grain, silo))]);

    private static LatencyReport? ToLatency(Durations durations) => durations.Measured == 0
        ? null
        : new LatencyReport(durations.P50.TotalMilliseconds, durations.P99.TotalMilliseconds, durations.Measured);

    private static GrainSummary ToSummary(ActivationSummary grain, string silo) => new(
        grain.Grain.Type.ToString()!, grain.Grain.Key.ToString()!, silo, grain.Status, grain.Waiting, grain.Running,
        grain.LastUsed);

    private static string IdOf(long silo) => silo.ToString(CultureInfo.InvariantCulture);
}
