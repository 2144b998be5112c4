using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Keys;

namespace Sluice.Grains.Plans;

/// <summary>Between what a plan says of rotations on the wire and in the rules.</summary>
internal static class RotationMapping
{
    private static readonly RotationPolicy OnlyWhenAsked = RotationPolicy.Default with { Interval = TimeSpan.Zero };

    public static RotationPolicy ToRule(this RotationDefinition? said)
    {
        var usual = RotationPolicy.Default;
        return said is null
            ? OnlyWhenAsked
            : usual with
            {
                Interval = said.Interval ?? usual.Interval,
                ActivationDelay = said.ActivationDelay ?? usual.ActivationDelay,
                Overlap = said.Overlap ?? usual.Overlap,
                AcceptEarly = said.AcceptEarly ?? usual.AcceptEarly,
                Retention = said.Retention ?? usual.Retention,
                Quiet = said.Quiet,
                Lifetime = said.Lifetime ?? usual.Lifetime,
            };
    }
}
