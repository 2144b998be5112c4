using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Logins;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Grains.Logins;

/// <summary>Codes of people who have signed in, and the tokens that they give.</summary>
public sealed class CodeTests : LoginTest
{
    [Fact]
    public void A_code_is_good_for_a_minute()
    {
        var (early, late) = (SignIn(), SignIn());

        World.Advance(LoginCodes.Life - TimeSpan.FromSeconds(1));
        Assert.Equal(TokenOutcome.Issued, Redeem(early).Outcome);
        World.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TokenOutcome.InvalidGrant, Redeem(late).Outcome);
    }

    [Fact]
    public void A_code_with_another_secret_or_at_another_address_is_spoilt_and_noted()
    {
        foreach (var (verifier, address) in ((string, string)[])
            [(new string('x', 43), Registered), (Verifier, "https://evil.example/")])
        {
            var code = SignIn();

            Assert.Equal(TokenOutcome.InvalidGrant, Redeem(code, verifier, address).Outcome);
            Assert.Equal(TokenOutcome.InvalidGrant, Redeem(code).Outcome);
        }

        Assert.Equal(2, World.Storage.Noted.Count(note => note.Action == "login.mismatch"));
        Assert.Equal(TokenOutcome.Issued, Redeem(SignIn()).Outcome);
    }

    /// <summary>Guards against a code that somebody else has, too (RFC 6749, 4.1.2).</summary>
    [Fact]
    public void A_code_that_comes_again_ends_what_it_gave_and_nothing_else()
    {
        var (code, other) = (SignIn(), SignIn());
        var (given, others) = (Redeem(code), Redeem(other));
        var renewed = Refresh(given.RefreshToken);

        Assert.Equal(TokenOutcome.InvalidGrant, Redeem(code, verifier: new string('x', 43)).Outcome);

        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(renewed.RefreshToken).Outcome);
        Assert.True(Inspect(Read(given)).Revoked);
        Assert.True(Inspect(Read(renewed)).Revoked);
        Assert.True(Inspect(Read(others)).Active);
        Assert.Equal(TokenOutcome.Issued, Refresh(others.RefreshToken).Outcome);
        Assert.Contains(World.Storage.Noted, note => note.Action == "login.reuse");
    }

    /// <summary>Guards against a code that a crash makes good again, or whose tokens it loses.</summary>
    [Fact]
    public void That_a_code_was_used_is_stored_with_what_it_gave()
    {
        Redeem(SignIn()); // From here on there is a key to sign with.
        var code = SignIn();
        World.Storage.FailAt(World.Storage.Writes + 1);
        Assert.ThrowsAny<Exception>(() => Redeem(code));
        World.Settle();

        var given = Redeem(code); // Nothing was stored, so nothing was given.
        World.Crash();

        Assert.Equal(TokenOutcome.Issued, Refresh(given.RefreshToken).Outcome);
        Assert.Equal(TokenOutcome.InvalidGrant, Redeem(code).Outcome);
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(given.RefreshToken).Outcome);
    }

    [Fact]
    public void A_refresh_token_of_a_person_says_who_it_is_and_when_they_signed_in_and_ends_in_its_time()
    {
        var given = Redeem(SignIn());
        World.Advance(TimeSpan.FromHours(1));

        var renewed = Refresh(given.RefreshToken);
        var token = Read(renewed);
        Assert.Equal("corp/user-1", token.Subject);
        Assert.Equal(["user"], token.Roles);
        Assert.Equal((0, TokenSignIn.Provider), (token.KeyVersion, token.SignIn));
        Assert.Equal(World.UtcNow.AddHours(-1).ToUnixTimeSeconds() - 5, token.AuthTime);

        World.Advance(World.Tokens.RefreshTokenLifetime - TimeSpan.FromHours(1));
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(renewed.RefreshToken).Outcome);
    }

    [Fact]
    public void A_refresh_token_of_a_person_that_comes_again_ends_its_family()
    {
        var first = Redeem(SignIn());
        var second = Refresh(first.RefreshToken);
        World.Advance(RefreshFamily.Grace);

        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(first.RefreshToken).Outcome);
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(second.RefreshToken).Outcome);
        Assert.True(Inspect(Read(second)).Revoked);
    }

    /// <summary>Guards what a tenant grants: taken back, it is not renewed.</summary>
    [Fact]
    public void Nobody_renews_what_a_changed_provider_or_grant_gave()
    {
        string Given() => Redeem(SignIn()).RefreshToken;
        var others = new GrantDefinition { Client = "other", Roles = ["admin"] };
        var own = new GrantDefinition { Client = GrainWorld.Name, Roles = ["user"] };

        var kept = Given();
        Put(OpenId(own, others)); // What others are given changes nothing for these.
        Assert.Equal(TokenOutcome.Issued, Refresh(kept).Outcome);

        var given = Given();
        Put(OpenId(own with { Roles = ["guest"] }));
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(given).Outcome);
        Put(OpenId(own));
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(given).Outcome); // It is over.

        given = Given();
        Done(() => Providers.Remove("corp"));
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(given).Outcome);
    }

    [Fact]
    public void A_scope_is_what_is_granted_or_less()
    {
        Put(OpenId(new GrantDefinition { Client = GrainWorld.Name, Scope = "model:a*" }));

        Assert.Equal("model:a*", Redeem(SignIn()).Scope);
        Assert.Equal("model:ab", Redeem(SignIn(Asked with { Scope = "model:ab" })).Scope);
        Assert.Equal("invalid_scope", ErrorOf(Complete(BackOf(Begin(Asked with { Scope = "model:b" })))));
        Assert.Equal("invalid_scope", ErrorOf(Complete(BackOf(Begin(Asked with { Scope = "models" })))));
    }

    [Fact]
    public void A_suspended_client_is_told_only_to_whoever_may_be_it()
    {
        var code = SignIn();
        Done(() => World.Administration.Replace(GrainWorld.ClientOf("gold") with { Suspended = true }));

        Assert.Equal("unauthorized_client", ErrorOf(Complete(BackOf(Begin()))));
        Assert.Equal(TokenOutcome.ClientSuspended, Redeem(code).Outcome);
        Spoil = claims => claims["nonce"] = "of another";
        Assert.Equal("access_denied", ErrorOf(Complete(BackOf(Begin()))));
    }

    [Fact]
    public void Whoever_ends_all_tokens_of_a_client_ends_its_codes_too()
    {
        var (code, given) = (SignIn(), Redeem(SignIn()));
        Done(Tokens.RevokeAll);

        Assert.Equal(TokenOutcome.InvalidGrant, Redeem(code).Outcome);
        Assert.Equal(TokenOutcome.InvalidGrant, Refresh(given.RefreshToken).Outcome);
        Assert.Equal(TokenOutcome.InvalidGrant, Redeem(AuthorizationCode.Format(new byte[32])).Outcome);
    }

    /// <summary>Guards what is stored of a client, and people who are not in a crowd.</summary>
    [Fact]
    public void A_crowd_signs_in_as_fast_as_tokens_may_be_asked_for()
    {
        var codes = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            codes.Add(SignIn());
        }

        Assert.Equal("temporarily_unavailable", ErrorOf(Complete(BackOf(Begin()))));
        Assert.All(codes, code => Assert.Equal(TokenOutcome.Issued, Redeem(code).Outcome)); // Counted once each.
        World.Advance(TimeSpan.FromSeconds(1));
        SignIn();
    }

    [Fact]
    public void Only_the_digest_of_a_code_is_kept()
    {
        var code = SignIn();

        Assert.Null(AuthorizationCode.DigestOf(code[..^1]));
        Assert.Null(AuthorizationCode.DigestOf(code.Replace("slc_", "slr_", StringComparison.Ordinal)));
        Assert.Matches($"^{AuthorizationCode.Pattern}$", code);
        Assert.DoesNotContain(code, World.Log.All, StringComparison.Ordinal);
        Assert.Equal(43, AuthorizationCode.DigestOf(code)!.Length);
    }
}
