using Sluice.Actors.Activations;
using Sluice.Actors.Introspection;

namespace Sluice.Actors.Migration;

/// <summary>The silo lets other silos look at it.</summary>
internal sealed partial class SiloControlGrain : ISiloReports
{
    private HostReporter Reporter => ((Activation)GrainContext).Host.Reporter;

    public Task<HostReport> Report() => Reporter.Report();

    public Task<ActivationSummary[]> List(ActivationQuery query) => Reporter.List(query);

    public Task<GrainLook> Look(GrainId grain) => Reporter.Look(grain);
}
