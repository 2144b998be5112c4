using Sluice.Grains.Abstractions;
using Sluice.Rules.Revocations;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Grains.Tokens;

public sealed class IssuerTests : TokenTest
{
    [Fact]
    public void The_first_question_makes_the_first_key_and_the_next_ones_find_it()
    {
        var first = Described;
        World.Restart();

        Assert.Equal("https://sluice.example", first.Issuer);
        Assert.Equal(first.Issuer, first.Audience);
        Assert.Equal(Assert.Single(first.Keys), Assert.Single(Described.Keys));
        Assert.Equal(["ES256"], first.Algorithms);
        Assert.DoesNotContain("\"d\"", first.Keys[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Where_tokens_are_not_offered_there_is_no_key_and_nothing_to_rotate()
    {
        World.Tokens.Issuer = "";

        Assert.Empty(Described.Keys);
        Assert.Empty(World.Run(Issuer.ListKeys));
        Assert.Equal(ChangeOutcome.Invalid, World.Run(() => Issuer.Rotate("")).Outcome);
    }

    [Fact]
    public void A_rotation_is_published_first_and_signs_after_its_lead()
    {
        var before = Read(Issue()).SignedBy;
        Done(() => Issuer.Rotate("r-1"));

        Assert.Equal(2, Described.Keys.Length);
        World.Jump(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1));
        Assert.Equal(before, Read(Issue()).SignedBy);
        World.Jump(TimeSpan.FromMinutes(1));
        Assert.NotEqual(before, Read(Issue()).SignedBy);
        World.Jump(TimeSpan.FromMinutes(20));
        Assert.Single(Described.Keys);
        Assert.Equal(["Removed", "Active"], World.Run(Issuer.ListKeys).Select(key => key.State));
    }

    [Fact]
    public void A_repeated_rotation_makes_one_key_and_another_one_waits_for_the_first()
    {
        _ = Described;
        Done(() => Issuer.Rotate("r-1"));
        Done(() => Issuer.Rotate("r-1"));

        Assert.Equal(ChangeOutcome.AlreadyExists, World.Run(() => Issuer.Rotate("r-2")).Outcome);
        Assert.Equal(2, World.Run(Issuer.ListKeys).Length);
    }

    /// <summary>Guards a rotation that crashed between making a key and telling of it.</summary>
    [Fact]
    public void A_key_that_was_made_and_not_published_is_published_by_the_next_sweep()
    {
        _ = Described;
        var writes = World.Storage.Writes;
        World.Storage.FailAt(writes + 2);
        Assert.ThrowsAny<Exception>(() => World.Run(() => Issuer.Rotate("r-1")));
        World.Settle();

        Done(() => Issuer.Rotate("r-1"));

        Assert.Equal(["Active", "Published"], World.Run(Issuer.ListKeys).Select(key => key.State));
    }

    [Fact]
    public void A_key_is_replaced_in_time_by_the_reminder_alone()
    {
        var before = Read(Issue()).SignedBy;
        World.Jump(TimeSpan.FromDays(29));
        World.Advance(TimeSpan.FromHours(2));

        Assert.Equal(["Active", "Published"], World.Run(Issuer.ListKeys).Select(key => key.State));
        World.Jump(TimeSpan.FromDays(1));
        Assert.NotEqual(before, Read(Issue()).SignedBy);
    }

    [Fact]
    public void The_secret_half_goes_when_a_key_has_signed_last()
    {
        _ = Described;
        Done(() => Issuer.Rotate(""));
        World.Jump(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));
        World.Advance(TimeSpan.FromHours(1));

        Assert.Equal([false, true], World.Run(Issuer.ListKeys).Select(key => key.HasSecret));
    }

    [Fact]
    public void A_compromised_key_is_told_no_more_and_ends_every_token_from_before()
    {
        var reply = Issue(withRefresh: true);
        var before = Read(reply);
        World.Storage.Published.Clear();

        Done(() => Issuer.Compromise(before.SignedBy));
        var after = Issue();

        Assert.Equal(TokenFault.UnknownKey, Judge(reply, out _));
        Assert.NotEqual(before.SignedBy, Read(after).SignedBy);
        var entry = Assert.Single(World.Storage.Published);
        Assert.Equal((RevocationKind.Issuer, "https://sluice.example"), (entry.Kind, entry.Subject));
        var set = new RevocationSet([entry]);
        Assert.True(set.IsTokenRevoked(before));
        Assert.False(set.IsTokenRevoked(Read(after)));
        Assert.True(Inspect(before).Revoked);
        Assert.Equal(["Compromised", "Active"], World.Run(Issuer.ListKeys).Select(key => key.State));
        Assert.Equal([false, true], World.Run(Issuer.ListKeys).Select(key => key.HasSecret));

        // It costs clients one renewal, and no new sign-in.
        Read(Refresh(reply.RefreshToken));
        Assert.Equal(ChangeOutcome.NotFound, World.Run(() => Issuer.Compromise("unknown")).Outcome);
    }

    /// <summary>Guards the trail: nobody makes, publishes or gives up a signing key without an entry.</summary>
    [Fact]
    public void Every_change_of_a_key_is_noted_and_nothing_secret_with_it()
    {
        var keyId = Read(Issue()).SignedBy;
        Done(() => Issuer.Compromise(keyId));
        Done(() => Issuer.RevokeTokens(GrainWorld.Tenant));

        var notes = World.Storage.Noted.Where(note => note.Subject.StartsWith("issuer/", StringComparison.Ordinal));
        Assert.Equal(
            [
                "signing-key.make", "signing-key.publish", "signing-key.compromise", "tokens.revoke",
                "signing-key.make", "signing-key.publish", "tokens.revoke",
            ],
            notes.Select(note => note.Action));
        Assert.All(notes, note => Assert.DoesNotContain("A256GCM", note.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public void The_tokens_of_one_tenant_are_ended_without_those_of_others()
    {
        var before = Read(Issue());
        World.Storage.Published.Clear();

        Done(() => Issuer.RevokeTokens("other"));
        Assert.False(Inspect(before).Revoked);
        Done(() => Issuer.RevokeTokens(GrainWorld.Tenant));

        Assert.True(Inspect(before).Revoked);
        var set = new RevocationSet(World.Storage.Published);
        Assert.True(set.IsTokenRevoked(before));
        Assert.False(set.IsTokenRevoked(Read(Issue())));
        Assert.False(set.IsTokenRevoked(before with { Tenant = "third" }));
    }

    [Fact]
    public void A_key_is_made_with_the_algorithm_that_is_set()
    {
        var before = Read(Issue());
        World.Tokens.SigningAlgorithm = SignatureAlgorithm.Rs256;
        Done(() => Issuer.Rotate(""));
        World.Jump(TimeSpan.FromHours(24));

        Assert.NotEqual(before.SignedBy, Read(Issue()).SignedBy);
        Assert.Equal(["ES256", "RS256"], Described.Algorithms);
    }

    [Theory]
    [InlineData("https://api.example.com", true)]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("", true)]
    [InlineData("https://api.example.com/", false)]
    [InlineData("https://api.example.com/x", false)]
    [InlineData("https://user@api.example.com", false)]
    [InlineData("ftp://api.example.com", false)]
    [InlineData("api.example.com", false)]
    public void An_issuer_is_written_in_one_way(string issuer, bool isOne) => Assert.Equal(
        isOne,
        new Sluice.Grains.Issuers.TokenOptionsValidator().Validate(
            null, new Sluice.Grains.Issuers.TokenOptions { Issuer = issuer }).Succeeded);
}
