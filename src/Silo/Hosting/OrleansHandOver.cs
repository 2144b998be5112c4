using System.Diagnostics.CodeAnalysis;
using Orleans.Metadata;

namespace Sluice.Silo.Hosting;

/// <summary>
/// Orleans ends the grains of a silo that stops, and leaves what they have in memory behind unless they ask to be
/// moved. Here those that write it down are asked to, so that a planned stop loses no slot and no level of a rate.
/// </summary>
internal sealed class OrleansHandOver(IServiceProvider services)
    : IConfigureGrainContextProvider, IConfigureGrainContext
{
    // Asked for when the first grain begins: the catalog of classes and the view are made from what this is a part of.
    private readonly Lazy<GrainClassMap> _classes = new(services.GetRequiredService<GrainClassMap>);
    private readonly Lazy<ISiloStatusOracle> _silos = new(services.GetRequiredService<ISiloStatusOracle>);

    private bool IsLeaving => _silos.Value.CurrentStatus is SiloStatus.ShuttingDown
        && _silos.Value.GetApproximateSiloStatuses(onlyActive: true).Keys.Any(
            silo => !silo.Equals(_silos.Value.SiloAddress));

    public bool TryGetConfigurator(
        GrainType grainType, GrainProperties properties, [NotNullWhen(true)] out IConfigureGrainContext? configurator)
    {
        configurator = _classes.Value.TryGetGrainClass(grainType, out var type)
            && typeof(IGrainMigrationParticipant).IsAssignableFrom(type) ? this : null;
        return configurator is not null;
    }

    /// <summary>
    /// The end of a grain's life cycle comes after <c>OnDeactivateAsync</c> and before it is written down.
    /// </summary>
    public void Configure(IGrainContext context) => context.ObservableLifecycle.Subscribe(
        nameof(OrleansHandOver),
        GrainLifecycleStage.Activate,
        _ => Task.CompletedTask,
        cancellationToken =>
        {
            if (IsLeaving)
            {
                context.Migrate(null, cancellationToken);
            }

            return Task.CompletedTask;
        });
}
