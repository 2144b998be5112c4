using System.Collections.Immutable;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using Xunit;

namespace Sluice.Unit.Rules.Admission;

/// <summary>A client with one good key, and what tests ask of it.</summary>
internal static class Client
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly ImmutableArray<byte> Mac = [.. Enumerable.Repeat((byte)7, 32)];

    public static readonly Limit TwoPerSecond = new("per-second", LimitKind.Rate, 2, 0, TimeSpan.FromSeconds(1));
    public static readonly Limit FivePerMinute = new("per-minute", LimitKind.Rate, 5, 0, TimeSpan.FromMinutes(1));
    public static readonly Limit TwoAtOnce = new("at-once", LimitKind.Concurrency, 2, 0, TimeSpan.Zero);
    public static readonly Limit TenPerMonth = new("per-month", LimitKind.Quota, 10, 0, TimeSpan.Zero);

    public static ClientPolicy Policy(params ImmutableArray<Limit> limits) => (ClientPolicy.Nobody with
    {
        Keys = KeyRing.Empty.Issue(Mac, TimeSpan.FromDays(90), "", Start).Next,
        Models = new ModelAccess(["qwen-*"], ["deepseek-r1"]),
    }).WithLimits(limits);

    public static Moment At(double seconds)
    {
        var elapsed = TimeSpan.FromSeconds(seconds);
        return new Moment(elapsed, Start + elapsed);
    }

    /// <summary>A client whose quotas have <paramref name="reserved"/> stored and nothing used.</summary>
    public static ClientState Idle(ClientPolicy policy, long reserved = 10) =>
        ClientState.Begin(
            policy,
            policy.Quotas.ToDictionary(
                quota => quota.Name, _ => new Quota(QuotaPeriod.MonthOf(Start), 0, reserved)),
            At(0));

    public static RequestId Id(long sequence) => new(EdgeSession: 1, sequence);

    public static AdmissionRequest Ask(long sequence) => new(Id(sequence), KeyVersion: 1, Mac.AsMemory(), "qwen-max");

    public static ClientState Admit(this ClientState client, long sequence, ClientPolicy policy, double seconds = 0)
    {
        var (next, decision) = Decide(client, Ask(sequence), policy, At(seconds));
        Assert.Equal(Verdict.Admitted, decision.Verdict);
        return next;
    }

    /// <summary>The state after a decision, and the decision; the state before stays as it was.</summary>
    public static (ClientState Next, Decision Decision) Decide(
        ClientState client, AdmissionRequest request, ClientPolicy policy, Moment now)
    {
        var next = client.Copy();
        return (next, AdmissionRules.Decide(next, request, policy, now));
    }

    /// <summary>The state after a completion, of a call whose use nobody told when it was dispatched.</summary>
    public static ClientState Complete(
        ClientState client, RequestId requestId, bool dispatched, ClientPolicy policy, Moment now) =>
        Complete(
            client,
            requestId,
            new Ending(dispatched ? EndingKind.Unknown : EndingKind.NotDispatched),
            policy,
            now);

    public static ClientState Complete(
        ClientState client, RequestId requestId, Ending ending, ClientPolicy policy, Moment now)
    {
        var next = client.Copy();
        AdmissionRules.Complete(next, requestId, ending, policy, now);
        return next;
    }

    public static ClientState At(this ClientState client, Moment now, ClientPolicy policy)
    {
        var next = client.Copy();
        next.MoveTo(now, policy);
        return next;
    }

    public static Slots With(this Slots slots, Action<Slots> change)
    {
        var next = slots.Copy();
        change(next);
        return next;
    }

    /// <summary>The whole state, not what happens to be compared by reference.</summary>
    public static void AssertSame(ClientState expected, ClientState actual)
    {
        Assert.Equal(expected.Buckets, actual.Buckets);
        Assert.Equal(expected.Quotas, actual.Quotas);
        Assert.Equal(expected.RecentUse, actual.RecentUse);
        Assert.Equal(InOrder(expected.Slots), InOrder(actual.Slots));
    }

    private static IEnumerable<KeyValuePair<RequestId, Slot>> InOrder(Slots slots) =>
        slots.Taken.OrderBy(slot => slot.Key.Sequence);
}
