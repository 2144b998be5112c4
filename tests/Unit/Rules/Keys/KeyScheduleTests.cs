using System.Collections.Immutable;
using Sluice.Rules.Keys;
using Xunit;

namespace Sluice.Unit.Rules.Keys;

/// <summary>What becomes of keys by themselves.</summary>
public sealed class KeyScheduleTests
{
    private const string Key = "key-1";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly KeyRing Ring = KeyRing.Empty.Issue(MacOf(1), KeyRing.LifetimeMax, "ci", Now).Next;
    private static readonly RotationPolicy Policy = RotationPolicy.Default;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void A_key_is_due_an_interval_after_its_primary_took_over()
    {
        Assert.Equal(Now + Policy.Interval, Ring.DueAt(Key, Policy, Now));
        Assert.Empty(Ring.Due(Policy, Now + Policy.Interval - TimeSpan.FromTicks(1)));

        var due = Assert.Single(Ring.Due(Policy, Now + Policy.Interval));

        Assert.Equal(new DueRotation(Key, 1, "scheduled-1-0", "ci"), due);
        Assert.Empty(Ring.Due(Policy with { Interval = TimeSpan.Zero }, Now.AddDays(80)));
        Assert.Empty(Ring.Due(Policy, Now.AddDays(90))); // It has ended, and there is nothing to replace.
    }

    [Fact]
    public void A_key_that_is_being_rotated_is_not_due_and_one_whose_rotation_was_given_up_is_later()
    {
        var due = Now + Policy.Interval;
        var ring = Begin(Ring, "scheduled-1-0", due);
        Assert.Empty(ring.Due(Policy, due.AddHours(23)));

        Assert.Equal(due + Policy.Interval / 4, ring.DueAt(Key, Policy, due + Day));

        Assert.Equal("scheduled-1-2", Assert.Single(ring.Due(Policy, due + Policy.Interval / 4)).RotationId);
    }

    [Fact]
    public void A_version_whose_secret_nobody_has_does_not_take_over()
    {
        var ring = Begin(Ring, "r1", Now);
        Assert.Equal(KeyVersionState.Pending, ring.StateOf(ring.Versions[1], Now + Day - TimeSpan.FromTicks(1)));
        Assert.Equal(KeyVersionState.Cancelled, ring.StateOf(ring.Versions[1], Now + Day));
        Assert.Equal(1, ring.PrimaryOf(Key, Now.AddDays(2))!.Version);
        Assert.Null(ring.Fetched(Key, "r1", Now + Day));
        Assert.Null(ring.Fetched(Key, "r2", Now));

        var fetched = ring.Fetched(Key, "r1", Now.AddHours(3))!;

        Assert.Same(fetched, fetched.Fetched(Key, "r1", Now.AddHours(4)));
        Assert.Equal(2, fetched.PrimaryOf(Key, Now + Day)!.Version);
        Assert.Equal(KeyAnswer.Accepted, fetched.Judge(1, MacOf(1).AsSpan(), Now + Day));
    }

    /// <summary>Its predecessor's overlap begins when somebody could have switched, not before.</summary>
    [Fact]
    public void A_version_that_is_fetched_late_takes_over_when_it_is_fetched()
    {
        var policy = Policy with { ActivationDelay = TimeSpan.FromHours(1), Overlap = TimeSpan.FromHours(2) };
        var ring = Begin(Ring, "r1", Now, policy).Fetched(Key, "r1", Now.AddHours(20))!;

        Assert.Equal(KeyVersionState.Retiring, ring.StateOf(ring.Versions[0], Now.AddHours(22).AddTicks(-1)));
        Assert.Equal(KeyVersionState.Retired, ring.StateOf(ring.Versions[0], Now.AddHours(22)));
    }

    [Fact]
    public void A_primary_that_is_revoked_is_replaced_once_somebody_has_the_secret()
    {
        var ring = Begin(Ring, "r1", Now).Revoke(1, "lost", Now.AddHours(1))!;
        Assert.Null(ring.PrimaryOf(Key, Now.AddHours(2)));

        ring = ring.Fetched(Key, "r1", Now.AddHours(3))!;

        Assert.Equal(2, ring.PrimaryOf(Key, Now.AddHours(3))!.Version);
    }

    [Fact]
    public void An_overlap_is_quiet_when_the_new_version_was_used_and_the_old_one_was_not_for_as_long_as_is_known()
    {
        var policy = Policy with { Quiet = TimeSpan.FromHours(2) };
        var ring = Begin(Ring, "r1", Now).Fetched(Key, "r1", Now)!.Used(2, Now);
        var later = Now.AddHours(2);
        DateTimeOffset? Use(int version) => version == 2 ? Now : null;

        Assert.Equal([1], ring.Quiet(policy, Use, Now, later));
        Assert.Empty(ring.Quiet(policy, Use, Now, later.AddTicks(-1)));
        Assert.Empty(ring.Quiet(policy, Use, Now.AddTicks(1), later)); // Nobody knows what was before.
        Assert.Empty(ring.Quiet(Policy, Use, Now, later)); // The plan does not say so.
        Assert.Empty(ring.Quiet(policy, _ => null, Now, later)); // The new one was never used.
        Assert.Empty(ring.Quiet(policy, _ => Now.AddTicks(1), Now, later));
    }

    [Fact]
    public void A_key_ends_soon_two_weeks_ahead_unless_something_is_about_to_take_its_place()
    {
        var soon = Now.AddDays(76);
        Assert.False(Ring.EndsSoon(Ring.Versions[0], soon.AddTicks(-1)));
        Assert.True(Ring.EndsSoon(Ring.Versions[0], soon));

        var ring = Begin(Ring, "r1", soon);

        Assert.True(ring.EndsSoon(ring.Versions[0], soon)); // Nobody has its secret.
        Assert.False(ring.Fetched(Key, "r1", soon)!.EndsSoon(ring.Versions[0], soon));
    }

    [Fact]
    public void Uses_are_counted_by_version_from_what_was_kept()
    {
        var uses = new KeyUses();
        uses.Restore(1, new KeyUse(Now, Now, 3, null, 0));
        Assert.False(uses.HasChanged);

        uses.Accepted(1, 40, Now.AddHours(1));
        uses.Refused(1, Now.AddHours(2));
        uses.Refused(2, Now.AddHours(2));

        Assert.Equal(new KeyUse(Now, Now.AddHours(1), 43, Now.AddHours(2), 1), uses.Of(1));
        Assert.True(uses.HasChanged);
        uses.Kept();
        uses.KeepOnly(Ring);
        Assert.Equal((default, false), (uses.Of(2), uses.HasChanged));
        Assert.Equal(43, uses.Of(1).Accepted);
    }

    [Fact]
    public void A_policy_names_every_mistake()
    {
        var policy = new RotationPolicy
        {
            Interval = TimeSpan.FromMinutes(1), ActivationDelay = TimeSpan.FromDays(31),
            Overlap = TimeSpan.FromDays(91), Retention = 21, Quiet = TimeSpan.FromSeconds(1),
            Lifetime = TimeSpan.FromSeconds(59),
        };

        Assert.Equal(
            [
                "rotation.interval: must be 0s, for only when asked, or 1h to 90d.",
                "rotation.activationDelay: must be 0s to 30d.",
                "rotation.overlap: must be 0s to 90d.",
                "rotation.retention: must be 0 to 20.",
                "rotation.quiet: must be 1m to 90d.",
                "rotation.lifetime: must be 1m to 90d.",
            ],
            policy.Mistakes());
        Assert.Equal(
            ["rotation.interval: with the activation delay it passes the lifetime, so keys would end unrotated."],
            (Policy with { Interval = TimeSpan.FromDays(89.5) }).Mistakes());
        Assert.Empty(Policy.Mistakes());
    }

    private static KeyRing Begin(KeyRing ring, string id, DateTimeOffset now, RotationPolicy? policy = null)
    {
        var request = new RotationRequest(id, MacOf(2), KeyRing.LifetimeMax, "", FetchWithin: Day);
        return ring.Rotate(Key, 1, request, policy ?? Policy, now).Next;
    }

    private static ImmutableArray<byte> MacOf(byte which) => [.. Enumerable.Repeat(which, 32)];
}
