using System.Numerics;
using Sluice.Rules.Estimates;
using Sluice.Rules.Limits;

namespace Sluice.Simulation.Utilisation;

/// <summary>What is reserved for a call.</summary>
internal enum Reserving
{
    /// <summary>Its input and the cap of its answer.</summary>
    Cap,

    /// <summary>Its input and what the client's answers seldom pass, as the product learns it.</summary>
    Learned,
}

/// <summary>A cell of the table: how long a call takes, what is reserved for it, how it is settled.</summary>
/// <param name="Latency">From the admission to the settlement.</param>
/// <param name="Reserving">What is reserved.</param>
/// <param name="Settlement">The name of the settlement, see <see cref="Utilisation.Settlement.All"/>.</param>
internal readonly record struct UtilisationCell(TimeSpan Latency, Reserving Reserving, string Settlement);

/// <summary>
/// One client asks for half as much again as its rate of tokens allows, for half an hour of virtual time, and drops
/// what is refused. How much of what it may use does it get?
/// </summary>
/// <param name="Used">Tokens used by calls of the measured time.</param>
/// <param name="Allowed">Tokens that the rate adds in that time.</param>
/// <param name="Over">
/// Most tokens beyond burst and rate in any window, by what calls used; 0 or less: none. What a call used beyond its
/// reservation is not counted: it cannot be refused any more.
/// </param>
/// <param name="Debts">Tokens used beyond reservations.</param>
internal readonly record struct UtilisationRun(long Used, long Allowed, long Over, long Debts)
{
    private const long Capacity = 100_000;
    private const long Input = 500;
    private const long Cap = 4_500;
    private const double MeanOutput = 200;
    private const double Spread = 1.26; // Of the logarithm: the longest of 20 answers has 3.6 times the mean.
    private const double Overload = 1.5;

    private static readonly BucketLimit Limit = new(Capacity, Capacity, TimeSpan.FromMinutes(1));
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(30);

    /// <summary>Share of the rate that was used; above 1 as far as the first burst reaches.</summary>
    internal double Share => (double)Used / Allowed;

    internal static UtilisationRun Of(UtilisationCell cell, int seed)
    {
        var random = new Random(seed);
        var settlement = Settlement.All.Single(way => way.Name == cell.Settlement).Make(Limit);
        var running = new Queue<(long Call, long Reserved, long Used, long Output, TimeSpan Admitted)>();
        var passed = new List<(TimeSpan At, long Tokens)>();
        var sketch = default(OutputSketch);
        var (now, used, debts) = (TimeSpan.Zero, 0L, 0L);
        for (var call = 1L; ; call++)
        {
            now += -Math.Log(1 - random.NextDouble()) * (Limit.Period * ((Input + MeanOutput) / Capacity / Overload));
            var length = MeanOutput * Math.Exp((Spread * Normal(random)) - (Spread * Spread / 2));
            var output = Math.Min(Cap, 1 + (long)length);
            while (running.TryPeek(out var first) && first.Admitted + cell.Latency <= now)
            {
                running.Dequeue();
                settlement.Settle(
                    first.Call, first.Reserved, first.Used, first.Admitted, first.Admitted + cell.Latency);
                sketch = sketch.Observe(first.Output);
            }

            if (now >= Length)
            {
                return new UtilisationRun(used, Capacity * Length.Ticks / Limit.Period.Ticks, WorstOver(passed), debts);
            }

            var expected = cell.Reserving is Reserving.Cap ? Cap : OutputRule.Default.Estimate(sketch, default, Cap);
            if (settlement.Admit(call, Input + expected, now))
            {
                running.Enqueue((call, Input + expected, Input + output, output, now));
                passed.Add((now, Input + Math.Min(output, expected)));
                used += Input + output;
                debts += Math.Max(0, output - expected);
            }
        }
    }

    /// <summary>The law of a rate over all windows, in whole parts of a token; see docs/limits.md.</summary>
    private static long WorstOver(List<(TimeSpan At, long Tokens)> passed)
    {
        var period = (BigInteger)Limit.Period.Ticks;
        var (before, lowest, worst) = (BigInteger.Zero, (BigInteger?)null, -Limit.Capacity * period);
        foreach (var (at, tokens) in passed)
        {
            var refilled = at.Ticks * (BigInteger)Limit.Refill;
            lowest = lowest is { } low ? BigInteger.Min(low, before - refilled) : before - refilled;
            before += tokens * period;
            worst = BigInteger.Max(worst, before - refilled - lowest.Value - Limit.Capacity * period);
        }

        return (long)BigInteger.Divide(worst + period - 1, period);
    }

    /// <summary>By Box and Muller.</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
