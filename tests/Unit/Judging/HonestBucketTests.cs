using Sluice.Rules.Limits;
using Sluice.Testing.Judging;
using Xunit;

namespace Sluice.Unit.Judging;

/// <summary>
/// The judge against the rule itself, in seeded histories: clients ask at random, decisions fall at random between
/// sending and arrival. An honest bucket is never accused, and one that forgets is.
/// </summary>
public sealed class HonestBucketTests
{
    private const int Calls = 600;

    private static readonly BucketLimit Limit = new(Capacity: 50, Refill: 10, Period: TimeSpan.FromSeconds(1));
    private static readonly Terms Terms = new() { Rate = new RateTerms(50, 10, TimeSpan.FromSeconds(1)) };

    public static TheoryData<int> Seeds { get; } = [.. Enumerable.Range(1, 20)];

    [Theory, MemberData(nameof(Seeds))]
    public void An_honest_bucket_is_never_accused(int seed) =>
        Assert.Empty(Live.Laws(Play(new Random(seed), forgetsAt: -1, refusesAt: -1), Terms));

    [Theory, MemberData(nameof(Seeds))]
    public void A_bucket_that_begins_full_again_is_accused(int seed) =>
        Assert.Equal(["R1"], Live.Laws(Play(new Random(seed), forgetsAt: Calls / 2, refusesAt: -1), Terms));

    [Theory, MemberData(nameof(Seeds))]
    public void A_bucket_that_refuses_for_no_reason_is_accused(int seed) =>
        Assert.Equal(["L1"], Live.Laws(Play(new Random(seed), forgetsAt: -1, refusesAt: 20), Terms));

    /// <param name="random">What chance draws from.</param>
    /// <param name="forgetsAt">The call before which the bucket is made full; below zero for never.</param>
    /// <param name="refusesAt">A call that is refused whatever is left; below zero for none.</param>
    private static History Play(Random random, int forgetsAt, int refusesAt)
    {
        var decisions = new List<(double Sent, double Decided, double Ended)>();
        for (var (i, at) = (0, 0.0); i < Calls; i++)
        {
            at += random.NextDouble() / 15;
            var decided = at + random.NextDouble() / 20;
            decisions.Add((at, decided, decided + random.NextDouble() / 20));
        }

        var bucket = TokenBucket.Full(Limit, TimeSpan.Zero);
        return Live.Of(decisions.OrderBy(call => call.Decided).Select((call, i) =>
        {
            var now = TimeSpan.FromSeconds(call.Decided);
            bucket = i == forgetsAt ? TokenBucket.Full(Limit, now) : bucket.At(now, Limit);
            if (bucket.Remaining(Limit) == 0 || i == refusesAt)
            {
                return Live.Refused(Terms.RateName, call.Sent, call.Ended);
            }

            bucket = bucket.Take(1, Limit);
            return Live.Call(call.Sent, call.Ended, call.Ended);
        }).ToList());
    }
}
