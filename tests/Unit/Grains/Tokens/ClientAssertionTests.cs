using System.Security.Cryptography;
using System.Text.Json;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Grains.Tokens;

/// <summary>A client that signs who it is, in place of a key of ours.</summary>
public sealed class ClientAssertionTests : TokenTest
{
    private static readonly PrivateKey Own = NewKey();
    private static readonly PrivateKey Other = NewKey();

    private int _made;

    public ClientAssertionTests() => Done(() => Assertions.SetPublicKeys(SetOf(Own)));

    private IClientAssertionGrain Assertions =>
        World.Silo.Client.GetGrain<IClientAssertionGrain>(GrainWorld.ClientId);

    [Fact]
    public void A_client_signs_who_it_is_and_gets_a_token_that_names_no_key()
    {
        var token = Read(IssueBy(Assertion()));

        Assert.Equal(GrainWorld.ClientId, token.ClientId);
        Assert.Equal(GrainWorld.Tenant, token.Tenant);
        Assert.Equal((0, TokenSignIn.Assertion), (token.KeyVersion, token.SignIn));
        Assert.Equal(900, token.ExpiresAt - token.IssuedAt);
        Assert.True(Inspect(token).Active);
        Assert.Equal(Verdict.Admitted, Admit(1));
    }

    [Fact]
    public void An_assertion_is_good_once_also_after_a_crash()
    {
        var assertion = Assertion();
        Assert.Equal(TokenOutcome.Issued, IssueBy(assertion).Outcome);
        Assert.Equal(TokenOutcome.KeyRefused, IssueBy(assertion).Outcome);
        Assert.Equal(AssertionOutcome.Refused, Authenticate(assertion).Outcome);

        World.Crash();
        Assert.Equal(TokenOutcome.KeyRefused, IssueBy(assertion).Outcome);
        Assert.Equal(AssertionOutcome.Authenticated, Authenticate(Assertion()).Outcome);
    }

    /// <summary>Guards against an assertion that is answered and not remembered.</summary>
    [Fact]
    public void An_assertion_that_could_not_be_remembered_is_not_answered()
    {
        var assertion = Assertion();
        World.Storage.FailAt(World.Storage.Writes + 1);

        Assert.ThrowsAny<Exception>(() => IssueBy(assertion));
        World.Settle();
        Assert.Equal(TokenOutcome.Issued, IssueBy(Assertion()).Outcome);
    }

    [Fact]
    public void A_key_that_is_not_registered_or_not_any_more_signs_for_nobody()
    {
        Assert.Equal(TokenOutcome.KeyRefused, IssueBy(Assertion(Other)).Outcome);
        Done(() => Assertions.SetPublicKeys(SetOf(Own, Other)));
        Assert.Equal(TokenOutcome.Issued, IssueBy(Assertion(Other)).Outcome);
        Done(() => Assertions.SetPublicKeys(SetOf(Other)));
        Assert.Equal(TokenOutcome.KeyRefused, IssueBy(Assertion(Own)).Outcome);
        World.Restart();
        Assert.Equal(TokenOutcome.Issued, IssueBy(Assertion(Other)).Outcome);
        Done(() => Assertions.SetPublicKeys(SetOf()));
        Assert.Equal(TokenOutcome.KeyRefused, IssueBy(Assertion(Other)).Outcome);
    }

    [Fact]
    public void A_suspended_client_is_told_only_to_whoever_has_its_key()
    {
        var before = Read(IssueBy(Assertion()));
        Suspend(true);

        Assert.Equal(TokenOutcome.ClientSuspended, IssueBy(Assertion()).Outcome);
        Assert.Equal(TokenOutcome.KeyRefused, IssueBy(Assertion(Other)).Outcome);
        Assert.Equal(Verdict.ClientSuspended, Admit(1));
        Assert.False(Inspect(before).Active);
        Suspend(false);
        Assert.Equal(Verdict.Admitted, Admit(2));
    }

    /// <summary>Guards against a token for no key that is taken for one of a client that there is not.</summary>
    [Fact]
    public void A_client_that_there_is_not_has_no_keys_and_no_tokens_are_good_for_it()
    {
        var nobody = World.Silo.Client.GetGrain<IClientAssertionGrain>("000000000000");

        Assert.Equal(AssertionOutcome.Refused, World.Run(() => nobody.Authenticate(Assertion())).Outcome);
        Assert.Equal(ChangeOutcome.NotFound, World.Run(() => nobody.SetPublicKeys(SetOf(Own))).Outcome);
        Assert.Null(World.Run(() => nobody.ListPublicKeys()));
        var identified = World.Run(() => World.Silo.Client.GetGrain<IClientAdmission>("000000000000").Identify(
            new IdentifyRequest { KeyVersion = 0, SecretDigest = [], Token = new TokenUse() }));
        Assert.Equal(Verdict.UnknownKey, identified.Verdict);
    }

    /// <summary>Guards keys: without a token, version 0 is the version of no key.</summary>
    [Fact]
    public void A_key_of_version_0_is_unknown() => Assert.Equal(
        Verdict.UnknownKey, World.Run(() => World.Admission.Identify(
            new IdentifyRequest { KeyVersion = 0, SecretDigest = GrainWorld.Digest })).Verdict);

    [Fact]
    public void The_keys_are_listed_and_their_change_is_noted_and_a_repeat_is_none()
    {
        Done(() => Assertions.SetPublicKeys(SetOf(Own)));

        var key = Assert.Single(World.Run(() => Assertions.ListPublicKeys())!);
        Assert.Equal((Own.Public.KeyId, "ES256", Own.Public.Thumbprint), (key.KeyId, key.Algorithm, key.Thumbprint));
        var note = Assert.Single(World.Storage.Noted, note => note.Action == "public-keys.replace");
        Assert.Equal($"client/{GrainWorld.ClientId}/public-keys", note.Subject);
        IssueBy(Assertion());
        Assert.Single(World.Storage.Noted, note => note.Action == "public-keys.replace");
    }

    [Fact]
    public void A_set_with_a_mistake_changes_nothing_and_says_so()
    {
        var reply = World.Run(() => Assertions.SetPublicKeys("""{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"""));

        Assert.Equal(ChangeOutcome.Invalid, reply.Outcome);
        Assert.DoesNotContain("c2VjcmV0", reply.Detail, StringComparison.Ordinal);
        Assert.Single(World.Run(() => Assertions.ListPublicKeys())!);
    }

    /// <summary>Guards a client against strangers who name it.</summary>
    [Fact]
    public void Guesses_use_nothing_up_and_whoever_asks_for_too_many_waits()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(AssertionOutcome.Refused, Authenticate(Assertion(Other)).Outcome);
        }

        var replies = Enumerable.Range(0, 61).Select(_ => Authenticate(Assertion())).ToList();
        Assert.Equal(60, replies.Count(reply => reply.Outcome is AssertionOutcome.Authenticated));
        Assert.Equal(AssertionOutcome.TooMany, replies[60].Outcome);
        World.Advance(replies[60].RetryAfter);
        Assert.Equal(AssertionOutcome.Authenticated, Authenticate(Assertion()).Outcome);
    }

    [Fact]
    public void No_assertion_is_logged_or_kept()
    {
        var assertion = Assertion();
        IssueBy(assertion);
        IssueBy(assertion);
        IssueBy(Assertion(Other));

        Assert.DoesNotContain(assertion.Split('.')[2], World.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain(assertion.Split('.')[1], World.Log.All, StringComparison.Ordinal);
    }

    private static PrivateKey NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return PrivateKey.Read(key.ExportPkcs8PrivateKey(), SignatureAlgorithm.Es256);
    }

    private static string SetOf(params PrivateKey[] keys) =>
        $$"""{"keys":[{{string.Join(',', keys.Select(key => key.Public.ToJson()))}}]}""";

    private string Assertion(PrivateKey? key = null) => CompactToken.Sign(
        "JWT", JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = GrainWorld.ClientId,
            ["sub"] = GrainWorld.ClientId,
            ["aud"] = "https://sluice.example",
            ["jti"] = $"a-{++_made}",
            ["exp"] = World.UtcNow.AddMinutes(1).ToUnixTimeSeconds(),
        }), key ?? Own);

    private TokenReply IssueBy(string assertion) => World.Run(() => Tokens.Issue(
        new IssueTokenRequest { KeyVersion = 0, SecretDigest = [], Assertion = assertion }));

    private AssertionReply Authenticate(string assertion) => World.Run(() => Assertions.Authenticate(assertion));

    private Verdict Admit(long sequence) => World.AskTwice(
        GrainWorld.RequestOf(sequence, "m", 0, new byte[32]) with { Token = new TokenUse() }).Verdict;

    private void Suspend(bool suspended) =>
        Done(() => World.Administration.Replace(GrainWorld.ClientOf("gold") with { Suspended = suspended }));
}
