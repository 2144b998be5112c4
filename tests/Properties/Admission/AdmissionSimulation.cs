using System.Globalization;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>
/// Drives one client through thousands of random calls, lost replies, repeats, deaths, crashes and changes of plan, and
/// checks after every step what must always be true. A failure names its seed and step; put the seed into <c>SEED</c>
/// to see the same run again.
/// </summary>
public sealed class AdmissionSimulation
{
    private const int SeedCount = 100;
    private const int StepCount = 1_500;

    [Fact]
    public void Invariants_hold_in_every_order_of_events()
    {
        var fixedSeed = Environment.GetEnvironmentVariable("SEED");
        var seeds = fixedSeed is null
            ? Enumerable.Range(0, SeedCount)
            : [int.Parse(fixedSeed, CultureInfo.InvariantCulture)];
        foreach (var seed in seeds)
        {
            Run(seed);
        }
    }

    private static void Run(int seed)
    {
        var world = new SimulatedWorld(new Random(seed));
        var step = 0;
        try
        {
            for (; step < StepCount; step++)
            {
                world.Step();
                world.AssertInvariants();
            }

            world.AssertAllComesBack();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed}, step {step}: {e.Message}", e);
        }
    }
}
