using System.Text.Json;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules;
using Sluice.Rules.Federation;
using Sluice.Rules.Tokens;
using Sluice.Unit.Grains.Tokens;
using Sluice.Unit.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Grains.Federation;

/// <summary>A tenant that trusts somebody else to say who people and programs are.</summary>
public sealed class ProviderTests : TokenTest
{
    private const string Corp = "https://corp.example";

    public ProviderTests()
    {
        Done(() => TenantOf(GrainWorld.Tenant).Create(new TenantDefinition { Tenant = GrainWorld.Tenant }));
        World.Providers.Has(Corp, TestKeys.Ec);
        Done(() => Providers.Put(Definition()));
    }

    private IProvidersGrain Providers => ProvidersOf(GrainWorld.Tenant);

    [Fact]
    public void A_token_of_the_provider_gives_one_of_ours_that_says_who_it_is_and_ends_with_it()
    {
        Done(() => Providers.Put(Definition() with
        {
            Grants = [new GrantDefinition { Client = GrainWorld.Name, Scope = "model:m", Roles = ["developer"] }],
        }));

        var reply = Issue(Token(exp: 120));
        var token = Read(reply);

        Assert.Equal(GrainWorld.ClientId, token.ClientId);
        Assert.Equal("corp/user-1", token.Subject);
        Assert.Equal((0, TokenSignIn.Provider), (token.KeyVersion, token.SignIn));
        Assert.Equal("model:m", token.Scope.Text);
        Assert.Equal(["developer"], token.Roles);
        Assert.Equal(World.UtcNow.ToUnixTimeSeconds() - 5, token.AuthTime);
        Assert.Equal(120, reply.ExpiresIn);
        Assert.Empty(reply.RefreshToken);
        Assert.True(Inspect(token).Active);
    }

    [Fact]
    public void What_is_issued_lives_no_longer_than_tokens_of_ours_and_is_no_wider_than_what_is_granted()
    {
        Assert.Equal(900, Issue(Token(exp: 3000)).ExpiresIn);
        Assert.Equal("model:a", Issue(Token(), "model:a").Scope);

        Done(() => Providers.Put(Definition() with
        {
            Grants = [new GrantDefinition { Client = GrainWorld.Name, Scope = "model:a*" }],
        }));
        Assert.Equal("model:a*", Issue(Token()).Scope);
        Assert.Equal("model:ab", Issue(Token(), "model:ab").Scope);
        Assert.Equal(TokenOutcome.InvalidScope, Issue(Token(), "models").Outcome);
        Assert.Equal(TokenOutcome.InvalidScope, Issue(Token(), "admin").Outcome);
    }

    /// <summary>Guards tenants against each other's providers.</summary>
    [Fact]
    public void A_provider_speaks_for_its_own_tenants_clients_alone()
    {
        Done(() => TenantOf("other").Create(new TenantDefinition { Tenant = "other" }));
        var id = Names.ClientId("other", GrainWorld.Name);
        var client = World.Silo.Client.GetGrain<IClientAdministration>(id);
        Done(() => client.Create(GrainWorld.ClientOf("gold") with { Tenant = "other" }));
        TokenReply IssueForOther() => World.Run(() => World.Silo.Client.GetGrain<ITokenGrain>(id).Issue(
            RequestOf(Token(), id)));

        Assert.Equal(TokenOutcome.SubjectRefused, IssueForOther().Outcome);

        // Also when it trusts a provider itself, whose keys have the same names.
        World.Providers.Has("https://else.example", TestKeys.Rename(TestKeys.OtherEc, TestKeys.Ec.Public.KeyId));
        Done(() => ProvidersOf("other").Put(Definition() with { Issuer = "https://else.example" }));
        Assert.Equal(TokenOutcome.SubjectRefused, IssueForOther().Outcome);

        Done(() => ProvidersOf("other").Put(Definition()));
        Assert.Equal(TokenOutcome.Issued, IssueForOther().Outcome);
    }

    /// <summary>Guards against one tenant's grain asked for a client of another.</summary>
    [Fact]
    public void A_request_cannot_name_another_client_than_the_one_that_is_asked() => Assert.Equal(
        GrainWorld.ClientId,
        Read(World.Run(() => Tokens.Issue(RequestOf(Token(), Names.ClientId("other", "x"))))).ClientId);

    [Fact]
    public void Whoever_is_granted_nothing_or_is_nobody_gets_nothing()
    {
        Assert.Equal(TokenOutcome.SubjectRefused, Issue(Token(key: TestKeys.OtherEc)).Outcome);
        Assert.Equal(TokenOutcome.SubjectRefused, Issue(Token(iss: "https://evil.example")).Outcome);
        Assert.Equal(TokenOutcome.SubjectRefused, Issue(Token(exp: 0)).Outcome);
        Assert.Equal(TokenOutcome.SubjectRefused, Issue("no token").Outcome);
        Done(() => Providers.Put(Definition() with
        {
            Grants = [new GrantDefinition { Client = GrainWorld.Name, Pattern = "user-2" }],
        }));
        Assert.Equal(TokenOutcome.SubjectRefused, Issue(Token()).Outcome);
        Assert.Equal(TokenOutcome.SubjectRefused, World.Run(
            () => World.Silo.Client.GetGrain<ITokenGrain>("000000000000").Issue(RequestOf(Token(), "000000000000")))
            .Outcome);
    }

    [Fact]
    public void A_suspended_client_is_told_only_to_whoever_may_be_it()
    {
        Done(() => World.Administration.Replace(GrainWorld.ClientOf("gold") with { Suspended = true }));

        Assert.Equal(TokenOutcome.ClientSuspended, Issue(Token()).Outcome);
        Assert.Equal(TokenOutcome.SubjectRefused, Issue(Token(key: TestKeys.OtherEc)).Outcome);
    }

    [Fact]
    public void A_provider_that_is_taken_away_is_believed_no_more()
    {
        Assert.Equal(TokenOutcome.Issued, Issue(Token()).Outcome);
        Done(() => Providers.Remove("corp"));
        Assert.Equal(TokenOutcome.SubjectRefused, Issue(Token()).Outcome);
        Assert.Equal(ChangeOutcome.NotFound, World.Run(() => Providers.Remove("corp")).Outcome);
        Assert.Empty(World.Run(Providers.List));
    }

    [Fact]
    public void A_change_that_could_not_be_stored_is_not_in_force()
    {
        World.Storage.FailAt(World.Storage.Writes + 1);
        Assert.ThrowsAny<Exception>(() => World.Run(() => Providers.Remove("corp")));
        World.Settle();

        Assert.Equal(TokenOutcome.Issued, Issue(Token()).Outcome);
    }

    [Fact]
    public void Providers_survive_a_restart_and_their_changes_are_noted()
    {
        World.Restart();

        Assert.Equal(Definition().Issuer, Assert.Single(World.Run(Providers.List)).Issuer);
        Done(() => Providers.Put(Definition() with { Audience = "else" }));
        Done(() => Providers.Remove("corp"));
        Assert.Equal(
            ["provider.create", "provider.replace", "provider.remove"],
            World.Storage.Noted.Where(note => note.Subject == "tenant/acme/provider/corp").Select(note => note.Action));
    }

    [Fact]
    public void What_cannot_be_a_provider_is_refused()
    {
        ChangeReply Put(ProviderDefinition provider) => World.Run(() => Providers.Put(provider));

        Assert.Equal(ChangeOutcome.Invalid, Put(Definition() with { Issuer = "http://corp.example" }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, Put(Definition() with { Issuer = "https://sluice.example" }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, Put(Definition() with { Provider = "twin" }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, Put(Definition() with { KeySet = "{}" }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, Put(Definition() with { Algorithms = ["HS256"] }).Outcome);
        Assert.Equal(
            ChangeOutcome.NotFound, World.Run(() => ProvidersOf("nobody").Put(Definition())).Outcome);
        Assert.Equal(Definition().Issuer, Assert.Single(World.Run(Providers.List)).Issuer);
    }

    [Fact]
    public void Keys_that_are_given_are_never_fetched()
    {
        var keys = new PublicKeySet([TestKeys.OtherEc.Public]);
        Done(() => Providers.Put(Definition() with { KeySet = System.Text.Encoding.UTF8.GetString(keys.ToJson()) }));

        Assert.Equal(TokenOutcome.Issued, Issue(Token(key: TestKeys.OtherEc)).Outcome);
        Assert.Equal(TokenOutcome.SubjectRefused, Issue(Token()).Outcome);
        Assert.Equal(0, World.Providers.Asked);
    }

    /// <summary>Guards the provider against whoever sends us tokens.</summary>
    [Fact]
    public void A_flood_of_unknown_keys_asks_the_provider_once_in_a_while()
    {
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(TokenOutcome.SubjectRefused, Issue(Token(key: TestKeys.OtherEc)).Outcome);
        }

        Assert.Equal(1, World.Providers.Asked);
        World.Advance(KeyFetching.Pause);
        Issue(Token(key: TestKeys.OtherEc));
        Issue(Token(key: TestKeys.OtherEc));
        Assert.Equal(2, World.Providers.Asked);
        Assert.Equal(TokenOutcome.Issued, Issue(Token()).Outcome);
    }

    [Fact]
    public void A_key_that_the_provider_rotates_to_is_found_and_the_one_that_it_drops_is_forgotten()
    {
        Issue(Token());
        World.Providers.Has(Corp, TestKeys.OtherEc);
        World.Advance(KeyFetching.Pause);

        Assert.Equal(TokenOutcome.Issued, Issue(Token(key: TestKeys.OtherEc)).Outcome);
        Assert.Equal(TokenOutcome.SubjectRefused, Issue(Token()).Outcome);
    }

    /// <summary>Guards against a key that is believed for as long as somebody uses it.</summary>
    [Fact]
    public void Keys_that_are_used_are_fetched_again_behind_the_next_token()
    {
        Issue(Token());
        World.Advance(KeyFetching.FreshFor - TimeSpan.FromSeconds(1));
        Issue(Token());
        Assert.Equal(1, World.Providers.Asked);

        World.Providers.Has(Corp, TestKeys.OtherEc);
        World.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TokenOutcome.Issued, Issue(Token()).Outcome);
        Assert.Equal(2, World.Providers.Asked);
        Assert.Equal(TokenOutcome.SubjectRefused, Issue(Token()).Outcome);
    }

    [Fact]
    public void A_provider_that_is_away_costs_nobody_a_token_for_an_hour_and_then_nobody_is_believed()
    {
        Issue(Token());
        World.Providers.IsAway = true;
        World.Advance(KeyFetching.BelievedFor - TimeSpan.FromSeconds(1));
        Assert.Equal(TokenOutcome.Issued, Issue(Token()).Outcome);
        World.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TokenOutcome.Unavailable, Issue(Token()).Outcome);
        Assert.Equal(TokenOutcome.Unavailable, Issue(Token()).Outcome);

        World.Providers.IsAway = false;
        World.Advance(KeyFetching.FirstPause);
        Assert.Equal(TokenOutcome.Issued, Issue(Token()).Outcome);
    }

    [Fact]
    public void Whoever_comes_while_the_provider_is_asked_waits_for_the_same_answer()
    {
        World.Providers.Hold();
        var subject = new SubjectRequest
        {
            ClientId = GrainWorld.ClientId, Token = Token(), Kind = SubjectKind.IdToken,
        };
        var first = World.Begin(() => Providers.Judge(subject));
        var second = World.Begin(() => Providers.Judge(subject));
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Single(World.Run(Providers.List)); // Others are answered meanwhile.

        World.Providers.Release();
        World.Settle();

        Assert.Equal(SubjectOutcome.Good, World.Run(() => first).Outcome);
        Assert.Equal(SubjectOutcome.Good, World.Run(() => second).Outcome);
        Assert.Equal(1, World.Providers.Asked);
    }

    /// <summary>Guards against a token that is judged by a provider whose removal was answered.</summary>
    [Fact]
    public void A_provider_that_is_taken_away_while_its_keys_are_on_the_way_is_not_believed()
    {
        World.Providers.Hold();
        var subject = new SubjectRequest
        {
            ClientId = GrainWorld.ClientId, Token = Token(), Kind = SubjectKind.IdToken,
        };
        var judged = World.Begin(() => Providers.Judge(subject));
        Done(() => Providers.Remove("corp"));

        World.Providers.Release();
        World.Settle();

        Assert.Equal(SubjectOutcome.Unavailable, World.Run(() => judged).Outcome);
    }

    [Fact]
    public void No_token_of_anybody_is_logged()
    {
        var token = Token();
        Issue(token);
        Issue(Token(key: TestKeys.OtherEc));

        Assert.NotEmpty(World.Log.All);
        Assert.DoesNotContain(token.Split('.')[1], World.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Split('.')[2], World.Log.All, StringComparison.Ordinal);
    }

    private static ProviderDefinition Definition() => new()
    {
        Provider = "corp",
        Issuer = Corp,
        Audience = "us",
        Grants = [new GrantDefinition { Client = GrainWorld.Name }],
    };

    private ITenantGrain TenantOf(string tenant) => World.Silo.Client.GetGrain<ITenantGrain>(tenant);

    private IProvidersGrain ProvidersOf(string tenant) => World.Silo.Client.GetGrain<IProvidersGrain>(tenant);

    private string Token(int exp = 300, string iss = Corp, PrivateKey? key = null)
    {
        var now = World.UtcNow.ToUnixTimeSeconds();
        return CompactToken.Sign("JWT", JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = iss,
            ["aud"] = "us",
            ["sub"] = "user-1",
            ["iat"] = now,
            ["exp"] = now + exp,
            ["auth_time"] = now - 5,
        }), key ?? TestKeys.Ec);
    }

    private TokenReply Issue(string token, string scope = "") =>
        World.Run(() => Tokens.Issue(RequestOf(token, GrainWorld.ClientId) with { Scope = scope }));

    private static IssueTokenRequest RequestOf(string token, string clientId) => new()
    {
        KeyVersion = 0,
        SecretDigest = [],
        Subject = new SubjectRequest { ClientId = clientId, Token = token, Kind = SubjectKind.IdToken },
    };
}
