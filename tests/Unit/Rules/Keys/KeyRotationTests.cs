using System.Collections.Immutable;
using Sluice.Rules.Keys;
using Xunit;

namespace Sluice.Unit.Rules.Keys;

/// <summary>A key that is replaced by a newer version of it, step by step.</summary>
public sealed class KeyRotationTests
{
    private const string Key = "key-1";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly ImmutableArray<byte> Old = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly ImmutableArray<byte> New = [.. Enumerable.Repeat((byte)2, 32)];
    private static readonly KeyRing Ring = KeyRing.Empty.Issue(Old, KeyRing.LifetimeMax, "", Now).Next;
    private static readonly RotationPolicy Strict = new() { AcceptEarly = false };
    private static readonly RotationRequest Request = new("r1", New, KeyRing.LifetimeMax, "autumn");

    [Fact]
    public void Both_are_accepted_from_the_rotation_to_the_end_of_the_overlap()
    {
        var ring = Ring.Rotate(Key, 1, Request, RotationPolicy.Default, Now).Next;
        var (active, ends) = (Now.AddDays(1), Now.AddDays(8));

        Assert.Equal([KeyVersionState.Active, KeyVersionState.Pending], States(ring, active.AddTicks(-1)));
        Assert.Equal([KeyVersionState.Retiring, KeyVersionState.Active], States(ring, active));
        Assert.Equal([KeyVersionState.Retired, KeyVersionState.Active], States(ring, ends));
        foreach (var moment in new[] { Now, active.AddTicks(-1), active, ends.AddTicks(-1) })
        {
            Assert.Equal(KeyAnswer.Accepted, ring.Judge(1, Old.AsSpan(), moment));
            Assert.Equal(KeyAnswer.Accepted, ring.Judge(2, New.AsSpan(), moment));
        }

        Assert.Equal(KeyAnswer.Retired, ring.Judge(1, Old.AsSpan(), ends));
        Assert.Equal(KeyAnswer.Unknown, ring.Judge(1, New.AsSpan(), ends)); // Only its own secret tells that.
    }

    [Fact]
    public void The_first_use_of_the_new_one_begins_the_overlap()
    {
        var ring = Ring.Rotate(Key, 1, Request, RotationPolicy.Default, Now).Next;
        var used = ring.Used(2, Now.AddHours(2));

        Assert.Equal([KeyVersionState.Retiring, KeyVersionState.Active], States(used, Now.AddHours(2)));
        Assert.Equal(KeyAnswer.Retired, used.Judge(1, Old.AsSpan(), Now.AddDays(7).AddHours(2)));
        Assert.Same(used, used.Used(2, Now.AddHours(3)));
        Assert.Same(ring, ring.Used(1, Now.AddHours(2)));
        Assert.Same(ring, ring.Used(3, Now.AddHours(2)));
    }

    [Fact]
    public void A_plan_may_refuse_the_new_one_until_its_time()
    {
        var ring = Ring.Rotate(Key, 1, Request, Strict, Now).Next;

        Assert.Equal(KeyAnswer.NotYetActive, ring.Judge(2, New.AsSpan(), Now.AddDays(1).AddTicks(-1)));
        Assert.Equal(KeyAnswer.Accepted, ring.Judge(2, New.AsSpan(), Now.AddDays(1)));
        Assert.Same(ring, ring.Used(2, Now));
    }

    [Fact]
    public void Of_two_who_rotate_at_once_the_second_is_told()
    {
        var ring = Ring.Rotate(Key, 1, Request, RotationPolicy.Default, Now).Next;
        var other = Request with { Id = "r2" };

        Assert.Equal(RotationOutcome.Busy, ring.Rotate(Key, 1, other, Strict, Now).Outcome);
        Assert.Equal(RotationOutcome.OtherPrimary, ring.Rotate(Key, 1, other, Strict, Now.AddDays(2)).Outcome);
        Assert.Equal(RotationOutcome.OtherPrimary, ring.Rotate(Key, 3, other, Strict, Now.AddDays(2)).Outcome);
        Assert.Equal(RotationOutcome.Begun, ring.Rotate(Key, 2, other, Strict, Now.AddDays(2)).Outcome);
        Assert.Equal(RotationOutcome.NoPrimary, ring.Rotate("key-2", 1, other, Strict, Now).Outcome);
        Assert.Equal(RotationOutcome.NoPrimary, Ring.Revoke(1, "", Now)!.Rotate(Key, 1, other, Strict, Now).Outcome);
    }

    [Fact]
    public void An_overlap_may_be_made_longer_or_shorter_while_it_lasts()
    {
        var ring = Ring.Rotate(Key, 1, Request, RotationPolicy.Default, Now).Next;
        var during = Now.AddDays(3);

        Assert.Null(ring.RetireAt(1, during, Now)); // It is the primary still.
        var longer = ring.RetireAt(1, Now.AddDays(20), during)!;
        Assert.Equal(KeyAnswer.Accepted, longer.Judge(1, Old.AsSpan(), Now.AddDays(20).AddTicks(-1)));
        Assert.Equal(KeyAnswer.Retired, longer.Judge(1, Old.AsSpan(), Now.AddDays(20)));
        var shorter = ring.RetireAt(1, during, during)!;
        Assert.Equal(KeyAnswer.Retired, shorter.Judge(1, Old.AsSpan(), during));
        Assert.Equal(
            KeyAnswer.Expired,
            ring.RetireAt(1, Now.AddYears(1), during)!.Judge(1, Old.AsSpan(), Now + KeyRing.LifetimeMax));
    }

    [Fact]
    public void A_rotation_is_given_up_only_before_its_time()
    {
        var ring = Ring.Rotate(Key, 1, Request, RotationPolicy.Default, Now).Next;
        var cancelled = ring.Cancel(Key, "r1", Now.AddHours(1))!;

        Assert.Equal([KeyVersionState.Active, KeyVersionState.Cancelled], States(cancelled, Now.AddDays(30)));
        Assert.Equal(KeyAnswer.Revoked, cancelled.Judge(2, New.AsSpan(), Now.AddDays(2)));
        Assert.Same(cancelled, cancelled.Cancel(Key, "r1", Now.AddDays(2)));
        Assert.Null(ring.Cancel(Key, "r1", Now.AddDays(2)));
        Assert.Null(ring.Cancel(Key, "r2", Now));
        Assert.Equal(3, cancelled.Rotate(Key, 1, Request with { Id = "r2" }, Strict, Now).Version!.Version);
    }

    [Fact]
    public void A_client_with_as_many_versions_as_it_may_have_gets_no_other()
    {
        var ring = Ring;
        for (var key = 2; key <= KeyRing.VersionsMax; key++)
        {
            ring = ring.Issue([.. Enumerable.Repeat((byte)key, 32)], KeyRing.LifetimeMax, "", Now).Next;
        }

        Assert.Equal(RotationOutcome.Full, ring.Rotate(Key, 1, Request, Strict, Now).Outcome);
        var emergency = ring.RotateAtOnce(Key, Request, "lost", Strict, Now);
        Assert.Equal(RotationOutcome.Full, emergency.Outcome);
        Assert.Same(ring, emergency.Next); // Nobody loses the old one for nothing.
    }

    private static IEnumerable<KeyVersionState> States(KeyRing ring, DateTimeOffset now) =>
        ring.Versions.Select(version => ring.StateOf(version, now));
}
