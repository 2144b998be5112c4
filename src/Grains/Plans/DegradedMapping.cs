using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Plans;

/// <summary>Between what a plan says of outages on the wire and in the rules.</summary>
internal static class DegradedMapping
{
    public static DegradedPlan ToRule(this DegradedDefinition? degraded) => degraded is null
        ? DegradedPlan.Closed
        : new DegradedPlan(
            degraded.Open,
            degraded.RateTime == TimeSpan.Zero ? DegradedPlan.Default.RateTime : degraded.RateTime,
            degraded.VerifiedWithin == TimeSpan.Zero ? DegradedPlan.Default.VerifiedMax : degraded.VerifiedWithin,
            degraded.Grace == TimeSpan.Zero ? DegradedPlan.Default.Grace : degraded.Grace);
}
