using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Rotations that cannot be, and what is said of them.</summary>
public sealed class RotationRefusalTests
{
    private readonly RotationWorld _keys = new();

    private GrainWorld World => _keys.World;

    [Fact]
    public void What_cannot_be_rotated_is_refused_with_what_to_do()
    {
        Assert.Equal(
            new ChangeReply(ChangeOutcome.NotFound, $"Client {GrainWorld.ClientId} has no key 'key-7'."),
            Refusal(RotationWorld.Request("r1") with { KeyId = "key-7" }));
        Assert.Equal(
            new ChangeReply(ChangeOutcome.Conflict, "The primary of key 'key-1' is version 1, not 2: look again."),
            Refusal(RotationWorld.Request("r1") with { ExpectedVersion = 2 }));
        Assert.Equal(
            new ChangeReply(
                ChangeOutcome.Invalid, "rotationId: 'r 1' is not 1 to 64 of A-Z, a-z, 0-9, '-' and '_'."),
            Refusal(RotationWorld.Request("r 1")));
        Assert.Equal(
            new ChangeReply(
                ChangeOutcome.Invalid, "rotationId: only the schedule gives ids that begin with 'scheduled-'."),
            Refusal(RotationWorld.Request("scheduled-1-0")));
        Assert.Equal(
            new ChangeReply(ChangeOutcome.Invalid, "lifetime: 91.00:00:00 is not between 1 minute and 90 days."),
            Refusal(RotationWorld.Request("r1") with { Lifetime = TimeSpan.FromDays(91) }));
        Assert.Equal(
            new ChangeReply(ChangeOutcome.Invalid, "label: longer than 200 characters."),
            Refusal(RotationWorld.Request("r1") with { Label = new string('l', 201) }));
        _keys.Rotate("r1");
        Assert.Equal(
            new ChangeReply(
                ChangeOutcome.Conflict,
                "The key 'key-1' is being rotated by 'r1': use that one's version, or cancel it."),
            Refusal(RotationWorld.Request("r2")));
        World.Done(() => World.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 }));
        World.Done(() => World.Administration.RevokeKey(new RevokeKeyRequest { Version = 2 }));
        Assert.Equal(
            new ChangeReply(
                ChangeOutcome.Conflict, "The key 'key-1' has no version that could be replaced. Issue a new key."),
            Refusal(RotationWorld.Request("r3")));
        Assert.Equal(ChangeOutcome.NotFound, _keys.Fetch("r9").Reply.Outcome);
        Assert.Equal(ChangeOutcome.NotFound, World.Run(() => World.Keys.Acknowledge(RotationWorld.Ref("r9"))).Outcome);
        Assert.Equal(ChangeOutcome.NotFound, World.Run(() => World.Keys.Cancel(RotationWorld.Ref("r9"))).Outcome);
    }

    /// <summary>Guards who believes that a leaked key is revoked: nothing of it may repeat something else.</summary>
    [Fact]
    public void An_emergency_is_never_taken_for_a_rotation_of_before()
    {
        var secret = World.Open(_keys.Rotate("r1"));
        AssertConflict();
        _keys.Use(2, secret);
        World.Advance(TimeSpan.Zero);
        AssertConflict();

        Assert.Equal([KeyLife.Retiring, KeyLife.Active], _keys.Lives());

        void AssertConflict() => Assert.Equal(
            new ChangeReply(
                ChangeOutcome.Conflict, "Rotation 'r1' was no emergency, and nothing was revoked: name another one."),
            World.Run(() => World.Keys.RotateAtOnce(RotationWorld.Request("r1"))).Reply);
    }

    [Fact]
    public void A_client_that_is_not_there_has_no_keys_to_rotate()
    {
        var nobody = World.Silo.Client.GetGrain<IClientKeys>("0123456789Ab");

        Assert.Equal(
            ChangeOutcome.NotFound, World.Run(() => nobody.Rotate(RotationWorld.Request("r1"))).Reply.Outcome);
        Assert.Equal(
            ChangeOutcome.NotFound, World.Run(() => nobody.FetchSecret(RotationWorld.Ref("r1"))).Reply.Outcome);
        Assert.Null(World.Run(nobody.ListVersions));
        World.Settle();
        Assert.False(World.IsActive("0123456789Ab"));
    }

    private ChangeReply Refusal(RotateKeyRequest request) => World.Run(() => World.Keys.Rotate(request)).Reply;
}
