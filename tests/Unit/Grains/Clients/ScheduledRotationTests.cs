using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Keys that are rotated because their time has come.</summary>
public sealed class ScheduledRotationTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(30);
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(1);

    private readonly RotationWorld _keys = new();

    private GrainWorld World => _keys.World;

    public ScheduledRotationTests() => _keys.Say(new RotationDefinition());

    [Fact]
    public void A_key_is_rotated_when_its_time_has_come_and_its_secret_waits()
    {
        Assert.Equal(World.UtcNow + Interval, _keys.Versions()[0].RotatesAt);
        World.Jump(Interval - 2 * Tick);
        World.Advance(Tick);
        Assert.Equal([KeyLife.Active], _keys.Lives());

        World.Advance(Tick);

        Assert.Equal([KeyLife.Active, KeyLife.Pending], _keys.Lives());
        var made = _keys.Versions()[1];
        Assert.Equal("scheduled-1-0", made.Info.Rotation!.RotationId);
        Assert.Equal(World.UtcNow + TimeSpan.FromHours(24), made.SecretUntil);
        Assert.Null(made.ActivatesAt);
        Assert.Null(_keys.Versions()[0].RotatesAt);
    }

    [Fact]
    public void A_secret_that_was_fetched_takes_over_after_the_delay()
    {
        Begin();

        var fetched = _keys.Fetch("scheduled-1-0");
        Assert.Equal(World.UtcNow + TimeSpan.FromHours(24), fetched.Version!.ActivatesAt);
        World.Done(() => World.Keys.Acknowledge(RotationWorld.Ref("scheduled-1-0")));
        World.Jump(TimeSpan.FromHours(24));

        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());
        Assert.Equal(Verdict.Admitted, _keys.Use(2, World.Open(fetched)));
        Assert.Equal(Verdict.Admitted, World.Admit().Verdict);
        Assert.Equal(World.UtcNow + Interval, _keys.Versions()[1].RotatesAt);
    }

    /// <summary>Guards clients that nobody told: their key must not end because of a secret that nobody has.</summary>
    [Fact]
    public void A_secret_that_nobody_fetches_never_takes_over_and_is_tried_again_later()
    {
        Begin();
        World.Jump(TimeSpan.FromHours(24) - TimeSpan.FromTicks(1));
        Assert.Equal([KeyLife.Active, KeyLife.Pending], _keys.Lives());

        World.Jump(TimeSpan.FromTicks(1));
        Assert.Equal([KeyLife.Active, KeyLife.Cancelled], _keys.Lives());
        World.Advance(Tick);
        Assert.Contains("nobody fetched the secret of version 2", World.Log.All, StringComparison.Ordinal);
        Assert.Equal(ChangeOutcome.Gone, _keys.Fetch("scheduled-1-0").Reply.Outcome);
        Assert.Equal([KeyLife.Active, KeyLife.Cancelled], _keys.Lives());

        World.Jump(Interval / 4);
        World.Advance(Tick);
        Assert.Equal([KeyLife.Active, KeyLife.Cancelled, KeyLife.Pending], _keys.Lives());
        Assert.Equal("scheduled-1-2", _keys.Versions()[2].Info.Rotation!.RotationId);
        Assert.Equal(Verdict.Admitted, World.Admit().Verdict);
    }

    [Fact]
    public void What_nobody_has_fetched_cannot_have_arrived()
    {
        Begin();

        var reply = World.Run(() => World.Keys.Acknowledge(RotationWorld.Ref("scheduled-1-0")));

        Assert.Equal(ChangeOutcome.Conflict, reply.Outcome);
        Assert.NotNull(_keys.Fetch("scheduled-1-0").SealedSecret);
    }

    /// <summary>Guards at-least-once ticks: what is to be done follows from what is stored.</summary>
    [Fact]
    public void Ticks_that_come_twice_or_after_a_crash_or_from_two_activations_rotate_once()
    {
        World.Jump(Interval);
        World.Storage.Next = NextWrite.StoredButFails;
        World.Advance(Tick);
        World.Crash();
        Assert.Equal(2, _keys.Versions().Length); // Wakes it again, while the one before lives on.
        World.Advance(Tick);
        World.Advance(Tick);
        World.Jump(TimeSpan.FromHours(1));
        World.Advance(Tick);

        Assert.Equal([KeyLife.Active, KeyLife.Pending], _keys.Lives());
        Assert.Equal("scheduled-1-0", _keys.Versions()[1].Info.Rotation!.RotationId);
    }

    [Fact]
    public void A_client_that_nobody_calls_is_woken_to_rotate_its_key()
    {
        World.Advance(Tick);
        World.Restart();
        World.Jump(Interval);
        Assert.False(World.IsActive());

        World.Advance(TimeSpan.FromHours(6));

        Assert.True(World.IsActive());
        Assert.Equal([KeyLife.Active, KeyLife.Pending], _keys.Lives());
    }

    [Fact]
    public void A_plan_that_rotates_keys_no_more_wakes_nobody_any_more()
    {
        World.Advance(Tick);
        _keys.Say(new RotationDefinition { Interval = TimeSpan.Zero });
        World.Restart();
        World.Advance(TimeSpan.FromHours(6));
        Assert.True(World.IsActive()); // Once more, to find that out.

        World.Restart();
        World.Jump(Interval);
        World.Advance(TimeSpan.FromHours(13));

        Assert.False(World.IsActive());
        Assert.Equal([KeyLife.Active], _keys.Lives());
    }

    [Fact]
    public void An_overlap_ends_early_once_the_new_version_is_used_and_the_old_one_is_not()
    {
        _keys.Say(new RotationDefinition { Interval = TimeSpan.Zero, Quiet = TimeSpan.FromHours(2) });
        var secret = World.Open(_keys.Rotate("r1"));
        _keys.Use(2, secret);
        World.Advance(TimeSpan.Zero);
        World.Jump(TimeSpan.FromHours(1));
        World.Admit(); // The old one is used still.
        World.Jump(TimeSpan.FromHours(1.5));
        World.Advance(Tick);
        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());

        World.Jump(TimeSpan.FromHours(0.5));
        World.Advance(Tick);

        Assert.Equal([KeyLife.Retired, KeyLife.Active], _keys.Lives());
        Assert.Equal(Verdict.KeyRetired, World.Admit().Verdict);
    }

    /// <summary>Guards who used the old version before a crash that forgot it.</summary>
    [Fact]
    public void After_a_crash_an_overlap_ends_early_only_when_it_was_quiet_long_enough_since()
    {
        _keys.Say(new RotationDefinition { Interval = TimeSpan.Zero, Quiet = TimeSpan.FromHours(2) });
        _keys.Use(2, World.Open(_keys.Rotate("r1")));
        World.Advance(TimeSpan.FromMinutes(5));
        World.Jump(TimeSpan.FromHours(3));
        World.Admit(); // Forgotten.
        World.Crash();

        World.Advance(Tick);
        Assert.Equal(2, _keys.Versions().Length);
        World.Advance(Tick);
        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());

        World.Jump(TimeSpan.FromHours(2));
        World.Advance(Tick);
        Assert.Equal([KeyLife.Retired, KeyLife.Active], _keys.Lives());
    }

    [Fact]
    public void It_is_told_a_day_ahead_that_an_old_version_is_used_still_and_of_a_key_that_ends()
    {
        _keys.Say(new RotationDefinition { Interval = TimeSpan.Zero });
        _keys.Use(2, World.Open(_keys.Rotate("r1")));
        World.Advance(Tick);
        World.Jump(TimeSpan.FromDays(5));
        World.Admit();
        World.Advance(Tick);
        Assert.DoesNotContain("key version 1 was used at", World.Log.All, StringComparison.Ordinal);

        World.Jump(TimeSpan.FromDays(1.1));
        World.Advance(Tick);
        World.Advance(Tick);

        Assert.Single(
            World.Log.All.Split('\n'), line => line.Contains("key version 1 was used at", StringComparison.Ordinal));
        Assert.False(_keys.Versions()[1].EndsSoon);
        World.Jump(TimeSpan.FromDays(70));
        Assert.True(_keys.Versions()[1].EndsSoon);
        _keys.Rotate("r2");
        Assert.False(_keys.Versions()[1].EndsSoon);
    }

    private void Begin()
    {
        World.Jump(Interval);
        World.Advance(Tick);
        Assert.Equal([KeyLife.Active, KeyLife.Pending], _keys.Lives());
    }
}
