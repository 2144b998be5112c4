using System.Globalization;
using System.Reflection;
using Orleans.Metadata;
using Orleans.Serialization.TypeSystem;
using Sluice.Silo.Introspection;

namespace Sluice.Silo.Hosting;

/// <summary>
/// Looks into a cluster that Orleans runs, through its management grain, which lives on every silo. Orleans tells less
/// than the built-in engine: no queues, no rates and latencies but in the metrics, no life of a single activation.
/// </summary>
internal sealed class OrleansIntrospection(
    IGrainFactory grains, IClusterMembershipService membership, ILocalSiloDetails self,
    IClusterManifestProvider manifests, GrainClassMap classes, TimeProvider time) : IClusterIntrospection
{
    /// <summary>How long a silo may take to answer. A report promises two seconds for all.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <summary>Silos count the second in which they began from here, and are told apart by it.</summary>
    private static readonly DateTimeOffset FirstGeneration = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string Version =
        typeof(Grain).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private readonly OrleansStateReader _states = new(grains, classes);

    private IManagementGrain Management => grains.GetGrain<IManagementGrain>(0);

    public async Task<ClusterReport> ReportAsync(CancellationToken cancellationToken)
    {
        var view = membership.CurrentSnapshot;
        var silos = await Task.WhenAll(MembersOf(view).Select(silo => ReportAsync(silo, view, cancellationToken)));
        return new ClusterReport(
            "Orleans", Version, view.Version.Value, time.GetUtcNow(), ClusterTotals.Of(silos), silos);
    }

    public async Task<GrainList> ListAsync(GrainQuery query, CancellationToken cancellationToken)
    {
        if (query.WaitingMin > 0)
        {
            return new GrainList([], []); // Orleans does not tell for which grains requests wait.
        }

        string[]? wanted = query.Type is { } type ? [ClassNameOf(type)] : null;
        var answers = await Task.WhenAll(MembersOf(membership.CurrentSnapshot).Select(async silo =>
        {
            try
            {
                var found = await Management.GetDetailedGrainStatistics(wanted, [silo.SiloAddress])
                    .WaitAsync(Patience, time, cancellationToken);
                return (Silo: silo, Found: found);
            }
            catch (Exception exception) when (exception is TimeoutException or OrleansException)
            {
                return (Silo: silo, Found: (DetailedGrainStatistic[]?)null);
            }
        }));
        return new GrainList(
            [
                .. answers.SelectMany(answer => answer.Found ?? [])
                    .Where(grain => !grain.GrainId.Type.IsSystemTarget())
                    .Select(grain => new GrainSummary(
                        grain.GrainId.Type.ToString()!, grain.GrainId.Key.ToString()!, IdOf(grain.SiloAddress),
            "Active",
                        null, null, null))
                    .OrderBy(grain => grain.Type, StringComparer.Ordinal)
                    .ThenBy(grain => grain.Key, StringComparer.Ordinal)
                    .Take(query.Most),
            ],
            [.. answers.Where(answer => answer.Found is null).Select(answer => IdOf(answer.Silo.SiloAddress))]);
    }

    public async Task<GrainReport?> LookAsync(string type, string key, CancellationToken cancellationToken)
    {
        var grain = GrainId.Create(type, key);
        if (!manifests.Current.AllGrainManifests.Any(manifest => manifest.Grains.ContainsKey(grain.Type)))
        {
            return null;
        }

        SiloAddress? silo;
        try
        {
            silo = await Management.GetActivationAddress(grains.GetGrain(grain))
                .AsTask().WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            return new GrainReport(
                type, key, null, null, null, null, null, null, null, null,
                $"Nobody said in time where it lives: {exception.Message}");
        }

        if (silo is null)
        {
            return new GrainReport(type, key, null, false, null, null, null, null, null, null, null);
        }

        var (state, problem) = await _states.ReadAsync(grain, Patience, time, cancellationToken);
        return new GrainReport(type, key, IdOf(silo), true, "Active", null, null, null, null, state, problem);
    }

    private async Task<SiloReport> ReportAsync(
        ClusterMember silo, ClusterMembershipSnapshot view, CancellationToken cancellationToken)
    {
        var (figures, problem) = await FiguresAsync(silo.SiloAddress, view, cancellationToken);
        return new SiloReport(
            IdOf(silo.SiloAddress), silo.Name, silo.SiloAddress.Endpoint.ToString(), silo.Status.ToString(),
            figures is not null, silo.SiloAddress.Equals(self.SiloAddress), problem, figures);
    }

    private async Task<(SiloFigures? Figures, string? Problem)> FiguresAsync(
        SiloAddress silo, ClusterMembershipSnapshot view, CancellationToken cancellationToken)
    {
        try
        {
            var running = Management.GetRuntimeStatistics([silo]);
            var counted = Management.GetSimpleGrainStatistics([silo]);
            await Task.WhenAll(running, counted).WaitAsync(Patience, time, cancellationToken);
            var statistics = (await running).Single();
            var startedAt = FirstGeneration.AddSeconds(silo.Generation);
            return (new SiloFigures(
                view.Version.Value, startedAt, (time.GetUtcNow() - startedAt).TotalSeconds, null,
                statistics.EnvironmentStatistics.RawMemoryUsageBytes, statistics.ActivationCount, null, null, null,
            null,
                null, TypesOf(await counted), []), null);
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            return (null, $"It gave no answer within {Patience.TotalSeconds} s: {exception.Message}");
        }
    }

    private GrainTypeReport[] TypesOf(SimpleGrainStatistic[] counted)
    {
        var typeOf = manifests.Current.AllGrainManifests.SelectMany(manifest => manifest.Grains)
            .Select(grain => (Class: grain.Value.Properties[WellKnownGrainTypeProperties.FullTypeName], grain.Key))
            .DistinctBy(grain => grain.Class)
            .ToDictionary(grain => grain.Class, grain => grain.Key.ToString()!);
        return
        [
            .. counted.Select(type => new GrainTypeReport(
                    typeOf.GetValueOrDefault(type.GrainType, type.GrainType), type.ActivationCount, null))
                .OrderByDescending(type => type.Activations)
                .ThenBy(type => type.Type, StringComparer.Ordinal),
        ];
    }

    /// <summary>Silos count grains by class. A type that this silo does not know is asked for as it is.</summary>
    private string ClassNameOf(string type) =>
        classes.TryGetGrainClass(GrainType.Create(type), out var grainClass)
            ? RuntimeTypeNameFormatter.Format(grainClass)
            : type;

    private static IEnumerable<ClusterMember> MembersOf(ClusterMembershipSnapshot view) =>
        from member in view.Members.Values
        where member.Status is not (SiloStatus.None or SiloStatus.Created or SiloStatus.Dead)
        orderby member.SiloAddress
        select member;

    private static string IdOf(SiloAddress silo) => string.Create(
        CultureInfo.InvariantCulture, $"{silo.Endpoint}@{silo.Generation}");
}
