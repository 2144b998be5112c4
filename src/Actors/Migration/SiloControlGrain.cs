using Sluice.Actors.Activations;

namespace Sluice.Actors.Migration;

/// <inheritdoc cref="ISiloControl"/>
[KeepAlive]
internal sealed partial class SiloControlGrain : Grain, ISiloControl
{
    private MovingGrains Moving => ((Activation)GrainContext).Host.Moving!;

    public Task<Parcel?> TakeOver(GrainId grain) => Moving.GiveAsync(grain);

    public Task<GrainId[]> HandOver(Parcel[] parcels) => Task.FromResult(Moving.Keep(parcels));
}
