using System.Collections.Immutable;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>A client with one good key, and what tests ask of it.</summary>
internal static class Client
{
    public static readonly DateTimeOffset Start = new(2026, 1, 31, 23, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan SlotTtl = TimeSpan.FromSeconds(15);

    private static readonly byte[] Mac = [.. Enumerable.Repeat((byte)7, 32)];
    private static readonly byte[] WrongMac = new byte[32];

    public static ClientPolicy Policy(ImmutableArray<Limit> limits) => (ClientPolicy.Nobody with
    {
        Keys = KeyRing.Empty.Issue([.. Mac], TimeSpan.FromDays(90), "", Start).Next,
        Models = new ModelAccess(["qwen-*"], ["deepseek-r1"]),
        SlotTtl = SlotTtl,
    }).WithLimits(limits);

    public static AdmissionRequest Ask(RequestId id, bool rightKey = true, string model = "qwen-max") =>
        new(id, 1, rightKey ? Mac : WrongMac, model);

    public static Moment At(TimeSpan elapsed) => new(elapsed, Start + elapsed);

    /// <summary>Raises the durable counts as a ledger would that answers at once.</summary>
    public static ClientState WithReserves(this ClientState client, ClientPolicy policy, long block) => client with
    {
        Quotas = [.. client.Quotas.Select((quota, i) =>
            quota.NextReserve(1, block, policy.Quotas[i].Amount) is { } reserved
                ? quota.WithReserved(quota.Period, reserved)
                : quota)],
    };

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

    /// <summary>What a question about a call that holds a slot leaves: the slot is held from now on.</summary>
    public static ClientState AskedAgain(this ClientState before, RequestId requestId, Moment now)
    {
        var slots = before.Slots.Copy();
        slots.Extend(requestId, now.Elapsed + SlotTtl);
        return before with { Slots = slots };
    }

    /// <summary>The whole state, not what happens to be compared by reference.</summary>
    public static void AssertSame(ClientState expected, ClientState actual)
    {
        Assert.Equal(expected.Buckets, actual.Buckets);
        Assert.Equal(expected.Quotas, actual.Quotas);
        Assert.Equal(expected.RecentUse, actual.RecentUse);
        Assert.Equal(expected.Slots.Taken.OrderBy(s => s.Key.EdgeSession).ThenBy(s => s.Key.Sequence),
            actual.Slots.Taken.OrderBy(s => s.Key.EdgeSession).ThenBy(s => s.Key.Sequence));
        Assert.Equal(expected.Slots.EarliestDeadline, actual.Slots.EarliestDeadline);
    }
}
