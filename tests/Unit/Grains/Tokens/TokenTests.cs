using System.Text;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Revocations;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Grains.Tokens;

public sealed class TokenTests : TokenTest
{
    [Fact]
    public void A_key_is_exchanged_for_a_token_that_says_whose_it_is()
    {
        var reply = Issue();
        var token = Read(reply);

        Assert.Equal(GrainWorld.ClientId, token.ClientId);
        Assert.Equal(GrainWorld.Tenant, token.Tenant);
        Assert.Equal(1, token.KeyVersion);
        Assert.Equal(900, token.ExpiresAt - token.IssuedAt);
        Assert.Equal(900, reply.ExpiresIn);
        Assert.Equal("models", reply.Scope);
        Assert.Empty(reply.RefreshToken);
        Assert.NotEqual(token.TokenId, Read(Issue()).TokenId);
    }

    [Fact]
    public void Nothing_is_issued_for_a_wrong_key_a_revoked_one_or_a_suspended_client()
    {
        Assert.Equal(TokenOutcome.KeyRefused, Issue(digest: new byte[32]).Outcome);
        Assert.Equal(TokenOutcome.KeyRefused, Issue(version: 2).Outcome);

        Suspend(true);
        Assert.Equal(TokenOutcome.ClientSuspended, Issue().Outcome);
        Suspend(false);
        Assert.Equal(TokenOutcome.Issued, Issue().Outcome);

        Done(() => World.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 }));
        Assert.Equal(TokenOutcome.KeyRefused, Issue().Outcome);
    }

    [Fact]
    public void Nothing_is_issued_where_tokens_are_not_offered()
    {
        World.Tokens.Issuer = "";

        Assert.Equal(TokenOutcome.NotOffered, Issue().Outcome);
    }

    [Fact]
    public void A_token_ends_with_the_key_that_it_was_issued_for()
    {
        World.Run(() => World.Administration.IssueKey(new IssueKeyRequest
        {
            SecretDigest = new byte[32], Lifetime = TimeSpan.FromMinutes(5),
        }));

        var reply = Issue(withRefresh: true, digest: new byte[32], version: 2);

        Assert.Equal(300, reply.ExpiresIn);
        World.Jump(TimeSpan.FromMinutes(5));
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(reply.RefreshToken).Outcome);
    }

    [Fact]
    public void A_scope_that_is_not_one_is_refused()
    {
        Assert.Equal(TokenOutcome.InvalidScope, Issue(scope: "admin").Outcome);
        Assert.Equal("model:m", Issue(scope: "model:m").Scope);
    }

    [Fact]
    public void A_call_with_a_token_is_admitted_by_the_key_version_and_the_models_of_both()
    {
        var all = new TokenUse();
        Assert.Equal(Verdict.Admitted, Admit(1, all, "m"));
        Assert.Equal(Verdict.ModelForbidden, Admit(2, new TokenUse { Models = ["other"] }, "m"));
        Assert.Equal(Verdict.ModelUnknown, Admit(3, new TokenUse { Models = ["x"] }, "x"));
        Assert.Equal(Verdict.UnknownKey, Admit(4, all, "m", version: 2));

        Suspend(true);
        Assert.Equal(Verdict.ClientSuspended, Admit(5, all, "m"));
        Suspend(false);
        Done(() => World.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 }));
        Assert.Equal(Verdict.KeyRevoked, Admit(6, all, "m"));
    }

    [Fact]
    public void A_refresh_token_is_good_once_and_survives_a_restart()
    {
        var first = Issue(withRefresh: true);
        World.Restart();
        var second = Refresh(first.RefreshToken);

        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        Read(second);
        World.Advance(RefreshFamily.Grace);
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(first.RefreshToken).Outcome);
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(second.RefreshToken).Outcome);
    }

    [Fact]
    public void A_lost_answer_is_told_again()
    {
        var first = Issue(withRefresh: true);
        var second = Refresh(first.RefreshToken);

        Assert.Equal(second.RefreshToken, Refresh(first.RefreshToken).RefreshToken);
        Assert.Equal(TokenOutcome.Issued, Refresh(second.RefreshToken).Outcome);
    }

    /// <summary>Guards against whoever knows a family's name and ends it by guessing.</summary>
    [Fact]
    public void A_guess_ends_nothing()
    {
        var first = Issue(withRefresh: true);
        var guess = Parts(first.RefreshToken) with { Proof = new string('0', 43) };

        Assert.Equal(TokenOutcome.InvalidGrant, World.Run(() => Tokens.Refresh(guess)).Outcome);
        Assert.Equal(
            TokenOutcome.InvalidGrant, World.Run(() => Tokens.Refresh(guess with { Number = 9 })).Outcome);
        Assert.Equal(TokenOutcome.Issued, Refresh(first.RefreshToken).Outcome);
    }

    [Fact]
    public void A_refresh_token_that_comes_twice_ends_its_family_and_the_tokens_that_came_from_it()
    {
        var first = Issue(withRefresh: true);
        var second = Refresh(first.RefreshToken);
        World.Advance(RefreshFamily.Grace);
        World.Storage.Published.Clear();

        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(first.RefreshToken).Outcome);

        Assert.Equal(
            new[] { Read(first).TokenId, Read(second).TokenId },
            World.Storage.Published.Select(entry => entry.Subject));
        Assert.All(World.Storage.Published, entry => Assert.Equal(RevocationKind.Token, entry.Kind));
        Assert.True(Inspect(Read(second)).Revoked);
        Assert.Contains(World.Storage.Noted, note => note.Action == "tokens.reuse");
    }

    [Fact]
    public void A_refresh_token_is_worth_what_its_key_is_worth()
    {
        var first = Issue(withRefresh: true);

        Suspend(true);
        Assert.Equal(TokenOutcome.ClientSuspended, Refresh(first.RefreshToken).Outcome);
        Suspend(false);
        var second = Refresh(first.RefreshToken);
        Assert.Equal(TokenOutcome.Issued, second.Outcome);

        Done(() => World.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 }));
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(second.RefreshToken).Outcome);
    }

    [Fact]
    public void A_renewed_token_may_be_narrower_and_never_wider()
    {
        var first = Issue(withRefresh: true, scope: "model:m*");

        Assert.Equal(TokenOutcome.InvalidScope, Refresh(first.RefreshToken, "models").Outcome);
        Assert.Equal("model:m1", Refresh(first.RefreshToken, "model:m1").Scope);
    }

    [Fact]
    public void Renewing_does_not_prolong_a_sign_in()
    {
        var reply = Issue(withRefresh: true);
        World.Jump(TimeSpan.FromHours(23.9));
        reply = Refresh(reply.RefreshToken);
        Assert.Equal(360, reply.ExpiresIn);

        World.Jump(TimeSpan.FromHours(0.1));
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(reply.RefreshToken).Outcome);
    }

    [Fact]
    public void A_token_that_is_revoked_is_told_to_edges_also_where_nothing_was_stored_before()
    {
        var token = Read(Issue());
        World.Storage.Published.Clear();

        Revoke(token);
        Revoke(token);

        Assert.Equal(token.TokenId, Assert.Single(World.Storage.Published).Subject);
        Assert.True(Inspect(token).Revoked);
        World.Restart();
        Assert.True(Inspect(token).Revoked);
        Assert.False(Inspect(Read(Issue())).Revoked);
    }

    [Fact]
    public void Revoking_a_refresh_token_ends_what_came_from_it_and_a_guess_nothing()
    {
        var reply = Issue(withRefresh: true);
        World.Run(() => Tokens.RevokeRefresh(Parts(reply.RefreshToken) with { Proof = new string('1', 43) }));
        Assert.True(Inspect(Read(reply)).Active);

        World.Run(() => Tokens.RevokeRefresh(Parts(reply.RefreshToken)));

        Assert.True(Inspect(Read(reply)).Revoked);
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(reply.RefreshToken).Outcome);
    }

    /// <summary>Guards the token that is issued in the second of a revocation, on either side of it.</summary>
    [Fact]
    public void Revoking_all_ends_every_token_from_before_and_none_from_after()
    {
        var reply = Issue(withRefresh: true);
        Done(Tokens.RevokeAll);
        var after = Issue();
        Assert.Contains(World.Storage.Noted, note => note.Action == "tokens.revoke");

        Assert.True(Inspect(Read(reply)).Revoked);
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(reply.RefreshToken).Outcome);
        Assert.True(Inspect(Read(after)).Active);
        var set = new RevocationSet(World.Storage.Published);
        Assert.True(set.IsTokenRevoked(Read(reply)));
        Assert.False(set.IsTokenRevoked(Read(after)));
    }

    [Fact]
    public void A_token_of_a_suspended_client_is_not_active_and_not_revoked()
    {
        var token = Read(Issue());
        Suspend(true);

        Assert.False(Inspect(token).Active);
        Assert.False(Inspect(token).Revoked);
    }

    [Fact]
    public void A_refresh_token_is_inspected_without_being_used()
    {
        var first = Issue(withRefresh: true);
        Assert.True(InspectRefresh(first.RefreshToken).Active);
        Assert.True(InspectRefresh(first.RefreshToken).Active);

        var second = Refresh(first.RefreshToken);

        Assert.False(InspectRefresh(first.RefreshToken).Active);
        Assert.Equal("models", InspectRefresh(second.RefreshToken).Scope);
    }

    [Fact]
    public void Whoever_asks_for_too_many_waits()
    {
        var replies = Enumerable.Range(0, 61).Select(_ => Issue()).ToList();

        Assert.Equal(60, replies.Count(reply => reply.Outcome is TokenOutcome.Issued));
        Assert.Equal(TokenOutcome.TooMany, replies[60].Outcome);
        World.Advance(replies[60].RetryAfter);
        Assert.Equal(TokenOutcome.Issued, Issue().Outcome);
    }

    /// <summary>Guards every stored state: nothing in it opens without a key that no database holds.</summary>
    [Fact]
    public void No_secret_half_and_no_proof_stands_in_what_is_logged()
    {
        var reply = Issue(withRefresh: true);
        Refresh(reply.RefreshToken);

        var logged = World.Log.All;
        Assert.NotEmpty(logged);
        Assert.DoesNotContain(Parts(reply.RefreshToken).Proof, logged, StringComparison.Ordinal);
        Assert.DoesNotContain(reply.AccessToken.Split('.')[2], logged, StringComparison.Ordinal);
    }

    private Verdict Admit(long sequence, TokenUse token, string model, int version = 1) => World.AskTwice(
        GrainWorld.RequestOf(sequence, model, version, Encoding.ASCII.GetBytes("of no secret")) with { Token = token })
        .Verdict;

    private void Suspend(bool suspended) =>
        Done(() => World.Administration.Replace(GrainWorld.ClientOf("gold") with { Suspended = suspended }));

    private void Revoke(AccessToken token) => World.Run(() => Tokens.RevokeAccess(
        new IssuedToken(token.TokenId, token.IssuedAt, token.ExpiresAt, token.KeyVersion, token.Tenant)));

    private TokenStanding InspectRefresh(string token) => World.Run(() => Tokens.InspectRefresh(Parts(token)));
}
