using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Revocations;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Keys that are rotated because somebody asks.</summary>
public sealed class RotationTests
{
    private readonly RotationWorld _keys = new();

    private GrainWorld World => _keys.World;

    [Fact]
    public void A_rotation_makes_a_version_that_is_accepted_beside_the_one_before()
    {
        var rotated = _keys.Rotate("r1");

        Assert.Equal(
            (false, 2, KeyLife.Pending),
            (rotated.IsRepeated, RotationWorld.VersionOf(rotated), rotated.Version!.Life));
        Assert.Equal(World.UtcNow + TimeSpan.FromHours(24), rotated.Version.ActivatesAt);
        Assert.Equal(World.UtcNow + TimeSpan.FromHours(24), rotated.Version.SecretUntil);
        Assert.Equal(Verdict.Admitted, World.Admit().Verdict);
        Assert.Equal(Verdict.Admitted, _keys.Use(2, World.Open(rotated)));
        Assert.Equal(Verdict.UnknownKey, _keys.Use(1, World.Open(rotated)));
    }

    [Fact]
    public void The_same_rotation_again_is_the_same_version_with_the_same_secret()
    {
        var first = _keys.Rotate("r1");
        World.Restart();

        var again = _keys.Rotate("r1");

        Assert.True(again.IsRepeated);
        Assert.Equal((2, World.Open(first)), (RotationWorld.VersionOf(again), World.Open(again)));
        Assert.Equal(World.Open(first), World.Open(_keys.Fetch("r1")));
        Assert.Equal(2, _keys.Versions().Length);
    }

    /// <summary>Guards the one write of version and box: with two, a crash between them loses the only copy.</summary>
    [Theory]
    [InlineData(NextWrite.Lost)]
    [InlineData(NextWrite.StoredButFails)]
    public void A_rotation_whose_answer_is_lost_is_asked_for_again_and_makes_one_version(object next)
    {
        World.Storage.Next = (NextWrite)next;
        Assert.ThrowsAny<OrleansException>(() => _keys.Rotate("r1"));

        var again = _keys.Rotate("r1");

        Assert.Equal((NextWrite)next is NextWrite.StoredButFails, again.IsRepeated);
        Assert.Equal(2, RotationWorld.VersionOf(again));
        Assert.Equal(Verdict.Admitted, _keys.Use(2, World.Open(again)));
        Assert.Equal(2, _keys.Versions().Length);
    }

    [Fact]
    public void The_first_use_of_the_new_version_has_it_take_over_for_good()
    {
        var secret = World.Open(_keys.Rotate("r1"));
        World.Jump(TimeSpan.FromHours(1));

        _keys.Use(2, secret);
        World.Advance(TimeSpan.Zero);

        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());
        Assert.Equal(World.UtcNow + TimeSpan.FromDays(7), _keys.Versions()[0].AcceptedUntil);
        World.Crash();
        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());
    }

    [Fact]
    public void Who_asks_only_for_models_has_used_the_new_version_too()
    {
        var secret = World.Open(_keys.Rotate("r1"));

        var reply = World.Run(() => World.Admission.Identify(
            new IdentifyRequest { KeyVersion = 2, SecretDigest = GrainWorld.DigestOf(secret) }));
        World.Advance(TimeSpan.Zero);

        Assert.Equal(Verdict.Admitted, reply.Verdict);
        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());
    }

    [Theory]
    [InlineData(NextWrite.Lost)]
    [InlineData(NextWrite.StoredButFails)]
    public void A_first_use_that_could_not_be_stored_is_stored_later_and_no_call_waits_for_it(object next)
    {
        var secret = World.Open(_keys.Rotate("r1"));
        World.Storage.Next = (NextWrite)next;

        Assert.Equal(Verdict.Admitted, _keys.Use(2, secret));
        World.Advance(TimeSpan.Zero);
        World.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());
        World.Crash();
        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());
    }

    /// <summary>A crash may forget a first use: the old version is accepted longer then, never shorter.</summary>
    [Fact]
    public void A_first_use_that_a_crash_forgets_is_stored_with_the_next_one()
    {
        var secret = World.Open(_keys.Rotate("r1"));
        World.Storage.Next = NextWrite.Lost;
        _keys.Use(2, secret);
        World.Crash();
        Assert.Equal([KeyLife.Active, KeyLife.Pending], _keys.Lives());

        _keys.Use(2, secret);
        World.Advance(TimeSpan.Zero);

        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());
    }

    [Fact]
    public void A_plan_may_refuse_the_new_version_until_its_time_and_says_how_long_that_is()
    {
        _keys.Say(new RotationDefinition { AcceptEarly = false, ActivationDelay = TimeSpan.FromHours(2) });
        var secret = World.Open(_keys.Rotate("r1"));
        World.Jump(TimeSpan.FromHours(1));

        var reply = World.Admit(keyVersion: 2, digest: GrainWorld.DigestOf(secret));
        var identified = World.Run(() => World.Admission.Identify(
            new IdentifyRequest { KeyVersion = 2, SecretDigest = GrainWorld.DigestOf(secret) }));

        Assert.Equal((Verdict.KeyNotYetActive, TimeSpan.FromHours(1)), (reply.Verdict, reply.RetryAfter));
        Assert.Equal((Verdict.KeyNotYetActive, TimeSpan.FromHours(1)), (identified.Verdict, identified.RetryAfter));
        World.Jump(TimeSpan.FromHours(1));
        Assert.Equal(Verdict.Admitted, _keys.Use(2, secret));
        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());
    }

    [Fact]
    public void A_retired_version_is_refused_in_its_own_way_and_its_use_is_told_by_ids_alone()
    {
        var secret = World.Open(_keys.Rotate("r1"));
        _keys.Use(2, secret);
        World.Advance(TimeSpan.Zero);
        World.Jump(TimeSpan.FromDays(7) - TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.Admitted, World.Admit().Verdict);

        World.Jump(TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.KeyRetired, World.Admit().Verdict);
        Assert.Equal(Verdict.KeyRetired, World.Admit().Verdict);

        var retired = _keys.Versions()[0];
        Assert.Equal((KeyLife.Retired, 2, World.UtcNow), (retired.Life, retired.Refusals, retired.LastRefusedAt));
        Assert.Null(retired.AcceptedUntil);
        var told = World.Log.All.Split('\n').Where(line => line.StartsWith("Warning", StringComparison.Ordinal)
            && line.Contains("key version 1 was presented", StringComparison.Ordinal));
        Assert.Single(told); // Once a minute, however often it is tried.
        Assert.DoesNotContain(secret, World.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_has_arrived_is_fetched_no_more()
    {
        var rotated = _keys.Rotate("r1");
        Assert.NotNull(_keys.Fetch("r1").SealedSecret);

        World.Done(() => World.Keys.Acknowledge(RotationWorld.Ref("r1")));
        World.Done(() => World.Keys.Acknowledge(RotationWorld.Ref("r1")));

        Assert.Equal(ChangeOutcome.Gone, _keys.Fetch("r1").Reply.Outcome);
        Assert.Null(_keys.Rotate("r1").SealedSecret);
        Assert.DoesNotContain(rotated.SealedSecret!, _keys.Stored(), StringComparison.Ordinal);
        World.Crash();
        Assert.Equal(ChangeOutcome.Gone, _keys.Fetch("r1").Reply.Outcome);
        Assert.Equal(Verdict.Admitted, _keys.Use(2, World.Open(rotated)));
    }

    [Fact]
    public void A_secret_that_nobody_has_acknowledged_is_forgotten_after_a_day()
    {
        var rotated = _keys.Rotate("r1");
        World.Jump(TimeSpan.FromHours(24) - TimeSpan.FromTicks(1));
        Assert.NotNull(_keys.Fetch("r1").SealedSecret);
        Assert.Contains(rotated.SealedSecret!, _keys.Stored(), StringComparison.Ordinal);

        World.Jump(TimeSpan.FromTicks(1));
        Assert.Equal(ChangeOutcome.Gone, _keys.Fetch("r1").Reply.Outcome);

        World.Advance(TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(rotated.SealedSecret!, _keys.Stored(), StringComparison.Ordinal);
    }

    [Fact]
    public void In_an_emergency_the_new_version_alone_works_and_all_edges_hear_of_the_others()
    {
        _keys.Use(2, World.Open(_keys.Rotate("r1")));
        World.Advance(TimeSpan.Zero);
        _keys.Rotate("r2");

        var rotated = World.Run(
            () => World.Keys.RotateAtOnce(RotationWorld.Request("r3") with { Reason = "on a forum" }));
        var again = World.Run(() => World.Keys.RotateAtOnce(RotationWorld.Request("r3")));

        Assert.Equal([KeyLife.Revoked, KeyLife.Revoked, KeyLife.Revoked, KeyLife.Active], _keys.Lives());
        Assert.Equal(
            [1, 2, 3],
            World.Storage.Published.Where(one => one.Kind is RevocationKind.KeyVersion).Select(one => (int)one.Number));
        Assert.Equal(Verdict.KeyRevoked, World.Admit().Verdict);
        Assert.Equal(Verdict.Admitted, _keys.Use(4, World.Open(rotated)));
        Assert.Equal(World.Open(rotated), World.Open(again));
        Assert.Equal(ChangeOutcome.Gone, _keys.Fetch("r2").Reply.Outcome);
        Assert.Equal("on a forum", _keys.Versions()[0].Info.RevokedReason);
    }

    [Fact]
    public void A_rotation_that_is_given_up_leaves_the_old_version_and_refuses_the_new_one_everywhere()
    {
        var secret = World.Open(_keys.Rotate("r1"));

        World.Done(() => World.Keys.Cancel(RotationWorld.Ref("r1")));
        World.Done(() => World.Keys.Cancel(RotationWorld.Ref("r1")));

        Assert.Equal([KeyLife.Active, KeyLife.Cancelled], _keys.Lives());
        Assert.Equal(Verdict.KeyRevoked, _keys.Use(2, secret));
        Assert.Equal([2], World.Storage.Published.Select(one => (int)one.Number));
        Assert.Equal(ChangeOutcome.Gone, _keys.Fetch("r1").Reply.Outcome);
    }

    [Fact]
    public void What_has_taken_over_is_not_given_up_any_more()
    {
        _keys.Use(2, World.Open(_keys.Rotate("r1")));
        World.Advance(TimeSpan.Zero);

        var reply = World.Run(() => World.Keys.Cancel(RotationWorld.Ref("r1")));

        Assert.Equal(
            new ChangeReply(ChangeOutcome.Conflict, "Version 2 of rotation 'r1' does not wait any more: revoke it."),
            reply);
        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());
    }

    [Fact]
    public void An_overlap_may_end_later_but_not_behind_its_versions_end_or_sooner_which_edges_hear_of()
    {
        _keys.Use(2, World.Open(_keys.Rotate("r1")));
        World.Advance(TimeSpan.Zero);
        var ends = _keys.Versions()[0].Info.ExpiresAt;

        World.Done(() => World.Keys.RetireAt(new RetireKeyRequest(1, World.UtcNow.AddDays(30))));
        Assert.Equal(World.UtcNow.AddDays(30), _keys.Versions()[0].AcceptedUntil);
        Assert.Empty(World.Storage.Published);
        Assert.Equal(
            ChangeOutcome.Invalid,
            World.Run(() => World.Keys.RetireAt(new RetireKeyRequest(1, ends.AddTicks(1)))).Outcome);

        World.Done(() => World.Keys.RetireAt(new RetireKeyRequest(1, World.UtcNow)));
        Assert.Equal(Verdict.KeyRetired, World.Admit().Verdict);
        Assert.Equal([RevocationKind.ClientPolicy], World.Storage.Published.Select(one => one.Kind));
        Assert.Equal(
            ChangeOutcome.Conflict,
            World.Run(() => World.Keys.RetireAt(new RetireKeyRequest(2, World.UtcNow.AddDays(1)))).Outcome);
        Assert.Equal(
            ChangeOutcome.NotFound,
            World.Run(() => World.Keys.RetireAt(new RetireKeyRequest(9, World.UtcNow.AddDays(1)))).Outcome);
    }

    [Fact]
    public void A_new_version_keeps_the_label_and_lives_as_long_as_the_plan_or_the_request_says()
    {
        World.IssueKey(new byte[32], label: "ci");
        _keys.Say(new RotationDefinition { Interval = TimeSpan.Zero, Lifetime = TimeSpan.FromDays(10) });

        var byPlan = _keys.Rotate("r1");
        var byRequest = World.Run(() => World.Keys.Rotate(
            RotationWorld.Request("r1") with { KeyId = "key-2", Lifetime = TimeSpan.FromDays(3) }));

        Assert.Equal((World.UtcNow.AddDays(10), ""), (byPlan.Version!.Info.ExpiresAt, byPlan.Version.Info.Label));
        Assert.Equal(
            (World.UtcNow.AddDays(3), "ci"), (byRequest.Version!.Info.ExpiresAt, byRequest.Version.Info.Label));
    }

    /// <summary>Guards the budget: it is the client's, and no version has one of its own.</summary>
    [Fact]
    public void All_versions_spend_one_budget()
    {
        _keys.Limit(GrainWorld.Quota(5));
        var secret = World.Open(_keys.Rotate("r1"));

        var verdicts = Enumerable.Range(0, 8).Select(i =>
            i % 2 == 0 ? World.Admit().Verdict : _keys.Use(2, secret)).ToList();

        Assert.Equal(5, verdicts.Count(verdict => verdict is Verdict.Admitted));
        Assert.Equal(3, verdicts.Count(verdict => verdict is Verdict.QuotaExhausted));
    }

    /// <summary>Guards calls that run: what their key is worth later is not their matter.</summary>
    [Fact]
    public void A_call_that_was_admitted_goes_on_whatever_becomes_of_its_version()
    {
        _keys.Limit(GrainWorld.Slots(3));
        Assert.Equal(Verdict.Admitted, World.AskTwice(GrainWorld.RequestOf(77)).Verdict);

        World.Run(() => World.Keys.RotateAtOnce(RotationWorld.Request("r1")));

        Assert.Equal(Verdict.KeyRevoked, World.Admit().Verdict);
        Assert.Equal(Verdict.Admitted, World.Ask(GrainWorld.RequestOf(77)).Verdict); // Its answer was lost.
        Assert.Single(World.Inspect().Slots);
    }

    [Fact]
    public void Uses_are_counted_by_version_and_a_crash_forgets_those_of_the_last_minutes_only()
    {
        var secret = World.Open(_keys.Rotate("r1"));
        World.Admit();
        World.Admit();
        var first = World.UtcNow;
        _keys.Use(2, secret);
        World.Advance(TimeSpan.Zero); // The first use is stored, and with it what was counted before.
        World.Admit();
        World.Advance(TimeSpan.FromMinutes(3));
        _keys.Use(2, secret);

        Assert.Equal([3L, 2L], _keys.Versions().Select(version => version.Uses));
        World.Crash();

        var (old, next) = (_keys.Versions()[0], _keys.Versions()[1]);
        Assert.Equal((3, first, first), (old.Uses, old.FirstUsedAt, old.LastUsedAt));
        Assert.Equal((1, first), (next.Uses, next.LastUsedAt));
        _keys.Use(2, secret);
        Assert.Equal(2, _keys.Versions()[1].Uses);
    }

    [Fact]
    public void Versions_are_told_apart_by_fingerprints_that_say_nothing_of_the_secret()
    {
        var secret = World.Open(_keys.Rotate("r1"));

        var prints = _keys.Versions().Select(version => version.Fingerprint).ToList();

        Assert.All(prints, print => Assert.Matches("^[0-9a-f]{16}$", print));
        Assert.Equal(2, prints.Distinct().Count());
        Assert.DoesNotContain(
            prints[1], Convert.ToHexStringLower(GrainWorld.DigestOf(secret)), StringComparison.Ordinal);
    }
}
