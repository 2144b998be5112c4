using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;
using Sluice.Testing;

namespace Sluice.Conformance.Engines;

/// <summary>
/// Silos of Microsoft.Orleans in this process, over its in-memory transport. Its twin runs src/Actors.
/// </summary>
internal sealed class Engine : EngineUnderTest
{
    private readonly SharedReminders _reminders = new();
    private readonly InProcessTestCluster _cluster;

    private Engine(EngineWishes wishes)
        : base(wishes)
    {
        var builder = new InProcessTestClusterBuilder((short)wishes.Silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(host => host.Logging.AddProvider(new SuiteLog()));
        builder.ConfigureSilo((options, silo) => Configure(silo, options.SiloName));
        _cluster = builder.Build();
    }

    public override IClusterClient Client => _cluster.Client;

    public override IReadOnlyList<string> Silos => [.. _cluster.Silos.Select(silo => silo.Name)];

    public override bool HandsOverByItself => false;

    public static async Task<EngineUnderTest> StartAsync(EngineWishes wishes)
    {
        var engine = new Engine(wishes);
        try
        {
            await engine._cluster.DeployAsync();
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    public override async Task<string> StartSiloAsync()
    {
        var silo = await _cluster.StartAdditionalSiloAsync();
        await _cluster.WaitForLivenessToStabilizeAsync();
        return silo.Name;
    }

    public override Task StopSiloAsync(string silo) => _cluster.StopSiloAsync(Find(silo)).Within();

    public override async Task KillSiloAsync(string silo)
    {
        await _cluster.KillSiloAsync(Find(silo)).Within();
        await _cluster.WaitForLivenessToStabilizeAsync(didKill: true);
    }

    public override ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private InProcessSiloHandle Find(string silo) => _cluster.Silos.Single(handle => handle.Name == silo);

    private void Configure(ISiloBuilder silo, string name)
    {
        AddParts(silo.Services, name);
        silo.Services.AddSingleton<IGrainStorage>(Storage);
        silo.Services.AddKeyedSingleton<IGrainStorage>("Default", Storage);

        // Spreads grains evenly, whatever the machine is busy with.
        silo.Services.AddSingleton<PlacementStrategy, RandomPlacement>();
        silo.AddReminders();
        silo.Services.AddSingleton<IReminderTable>(_reminders);
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(1);
            options.NumVotesForDeathDeclaration = 1;
        });
        if (Wishes.IdleAge is { } age)
        {
            silo.Configure<GrainCollectionOptions>(options =>
            {
                options.CollectionAge = age;
                options.CollectionQuantum = age / 4;
            });
        }
    }
}
