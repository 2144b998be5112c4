using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Edge.Errors;
using Sluice.Edge.Revocations;
using Sluice.Edge.Tokens;
using Sluice.Rules.Revocations;
using Sluice.Rules.Tokens;
using Sluice.Testing;
using Sluice.Unit.Edge.Revocations;
using Sluice.Unit.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Edge.Tokens;

/// <summary>Who calls with a token, and when anybody has to be asked for that.</summary>
public sealed class TokenCallerTests
{
    private readonly TokenCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly IssuerKeys _keys;
    private readonly RevocationFeed _feed;
    private readonly TokenCallers _callers;

    public TokenCallerTests()
    {
        _keys = new IssuerKeys(_cluster, _time);
        _feed = new RevocationFeed(_time);
        _callers = new TokenCallers(
            new TokenReader(_keys, _time), _feed, new RevocationMetrics(Some.Meters(), _feed), _cluster, _time);
        _feed.Hear();
    }

    private string Token => Sign(TestKeys.Token);

    [Fact]
    public async Task A_good_token_names_its_client_and_asks_nobody_but_the_issuer_once()
    {
        for (var i = 0; i < 3; i++)
        {
            var (error, caller) = await ReadAsync(Token);

            Assert.Null(error);
            Assert.Equal((TestKeys.ClientId, 1), (caller.ClientId, caller.KeyVersion));
        }

        Assert.Equal((1, 0), (_cluster.Descriptions, _cluster.Inspections));
    }

    /// <summary>Guards what an edge remembers: workers with a token each share it, narrower ones do not.</summary>
    [Fact]
    public async Task Tokens_that_may_do_the_same_are_remembered_as_one_credential()
    {
        var one = (await ReadAsync(Token)).Caller;
        var other = (await ReadAsync(Sign(TestKeys.Token with { TokenId = "t-2" }))).Caller;
        var narrow = (await ReadAsync(Sign(TestKeys.Token with { Scope = TokenScope.TryParse("model:m")! }))).Caller;
        var version = (await ReadAsync(Sign(TestKeys.Token with { KeyVersion = 2 }))).Caller;

        var person = (await ReadAsync(Sign(TestKeys.Token with { Roles = ["user"] }))).Caller;

        Assert.NotEqual(one.SecretDigest, person.SecretDigest);
        Assert.Equal((null, "user"), (one.Token!.Use.Roles, string.Join(' ', person.Token!.Use.Roles!)));
        Assert.Equal(one.SecretDigest, other.SecretDigest);
        Assert.NotEqual(one.SecretDigest, narrow.SecretDigest);
        Assert.NotEqual(one.SecretDigest, version.SecretDigest);
        Assert.True(one.Allows("x"));
        Assert.False(narrow.Allows("x"));
    }

    [Fact]
    public async Task Whatever_is_sent_the_issuer_is_asked_once_a_second_at_most()
    {
        var unknown = AccessTokenRules.Sign(Fresh(TestKeys.Token), TestKeys.OtherEc);
        string[] wrong = ["a.b.c", "..", unknown, new string('x', 9000) + ".", Token[..^4] + "AAAA"];
        for (var i = 0; i < 50; i++)
        {
            foreach (var text in wrong)
            {
                Assert.Equal(401, (await ReadAsync(text)).Error!.Status);
            }
        }

        Assert.Equal((1, 0), (_cluster.Descriptions, _cluster.Inspections));
        _time.Advance(TimeSpan.FromSeconds(1) + TimeSpan.FromTicks(1));
        await ReadAsync(unknown);
        await ReadAsync(unknown);
        Assert.Equal(2, _cluster.Descriptions);
    }

    [Fact]
    public async Task A_key_that_is_new_is_learned_when_its_first_token_comes()
    {
        await ReadAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(2));
        _feed.Hear();
        _cluster.Keys.Add(TestKeys.Rsa);

        Assert.Null((await ReadAsync(AccessTokenRules.Sign(Fresh(TestKeys.Token), TestKeys.Rsa))).Error);
    }

    /// <summary>Guards against a token that stays good because it was good before its key was found out.</summary>
    [Fact]
    public async Task A_token_that_was_found_right_is_worth_nothing_once_its_key_is_told_no_more()
    {
        var token = Token;
        Assert.Null((await ReadAsync(token)).Error);
        (_cluster.Epoch, _cluster.Keys[0]) = (2, TestKeys.OtherEc);
        await _keys.AskAsync();

        Assert.Equal("invalid_token", (await ReadAsync(token)).Error!.Code);
    }

    [Fact]
    public async Task An_older_description_does_not_bring_a_key_back()
    {
        (_cluster.Epoch, _cluster.Keys[0]) = (2, TestKeys.OtherEc);
        await _keys.AskAsync();
        (_cluster.Epoch, _cluster.Keys[0]) = (1, TestKeys.Ec);
        await _keys.AskAsync();

        Assert.NotNull((await ReadAsync(Token)).Error);
    }

    [Fact]
    public async Task A_token_that_was_found_right_ends_with_its_time()
    {
        var token = Token;
        Assert.Null((await ReadAsync(token)).Error);
        _time.Advance(TimeSpan.FromMinutes(6));
        _feed.Hear();

        Assert.Equal("token_expired", (await ReadAsync(token)).Error!.Code);
    }

    [Theory]
    [InlineData(RevocationKind.Token, 0)]
    [InlineData(RevocationKind.Issuer, 1)]
    [InlineData(RevocationKind.ClientTokens, 1)]
    [InlineData(RevocationKind.TenantTokens, 1)]
    public async Task What_the_feed_ends_is_refused_and_what_comes_after_is_not(object kind, long later)
    {
        var token = Fresh(TestKeys.Token);
        var subject = kind switch
        {
            RevocationKind.Token => token.TokenId,
            RevocationKind.Issuer => TestKeys.Issuer,
            RevocationKind.ClientTokens => TestKeys.ClientId,
            _ => token.Tenant,
        };
        _feed.Hear(((RevocationKind)kind, subject, later == 0 ? 0 : token.IssuedAt + later));

        Assert.Equal("token_revoked", (await ReadAsync(Sign(TestKeys.Token))).Error!.Code);
        Assert.Null((await ReadAsync(AccessTokenRules.Sign(
            token with { IssuedAt = token.IssuedAt + 1, TokenId = "t-2" }, TestKeys.Ec))).Error);
        Assert.Equal(0, _cluster.Inspections);
    }

    [Fact]
    public async Task While_the_feed_is_silent_the_silos_are_asked_for_each_call()
    {
        await ReadAsync(Token);
        _time.Advance(FeedView.SilenceMax + TimeSpan.FromTicks(1));
        Assert.Null((await ReadAsync(Token)).Error);
        _cluster.IsRevoked = true;

        Assert.Equal("token_revoked", (await ReadAsync(Token)).Error!.Code);
        Assert.Equal(2, _cluster.Inspections);
    }

    /// <summary>Guards against trouble of ours that lets a revoked token in, or says that it is the client's.</summary>
    [Fact]
    public async Task Where_nobody_knows_nobody_is_let_in_and_nobody_is_told_that_it_is_the_tokens_fault()
    {
        await ReadAsync(Token);
        _time.Advance(FeedView.SilenceMax + TimeSpan.FromTicks(1));
        _cluster.Failure = new TimeoutException();

        await Assert.ThrowsAsync<TimeoutException>(async () => await ReadAsync(Token));
    }

    [Fact]
    public async Task While_the_issuer_is_away_what_is_known_of_it_is_used()
    {
        await ReadAsync(Token);
        _time.Advance(TimeSpan.FromMinutes(1));
        _feed.Hear();
        _cluster.Failure = new TimeoutException();

        Assert.Null((await ReadAsync(Sign(TestKeys.Token with { TokenId = "new" }))).Error);
        Assert.NotNull((await ReadAsync(AccessTokenRules.Sign(Fresh(TestKeys.Token), TestKeys.OtherEc))).Error);
    }

    [Fact]
    public async Task Where_no_tokens_are_issued_none_is_good()
    {
        _cluster.Issuer = "";

        Assert.Equal("invalid_token", (await ReadAsync(Token)).Error!.Code);
    }

    [Fact]
    public async Task The_middleware_takes_a_token_where_a_key_would_stand_and_nowhere_else()
    {
        var passed = 0;
        var middleware = new KeyMiddleware(
            _ =>
            {
                passed++;
                return Task.CompletedTask;
            },
            _callers);

        var good = await SendAsync("Authorization", $"Bearer {Token}");
        var bad = await SendAsync("Authorization", "Bearer a.b.c");
        var elsewhere = await SendAsync("api-key", Token);

        Assert.Equal(1, passed);
        Assert.Equal(TestKeys.ClientId, good.Context.Call().Caller.ClientId);
        Assert.Equal("Bearer error=\"invalid_token\"", bad.Headers.WWWAuthenticate.ToString());
        Assert.Equal((401, "invalid_api_key"), (elsewhere.Status, elsewhere.Code));

        async Task<Exchange> SendAsync(string header, string value)
        {
            var exchange = new Exchange(new ModelCall { RequestId = Some.RequestId() });
            exchange.Context.Request.Headers[header] = value;
            await middleware.InvokeAsync(exchange.Context);
            return exchange;
        }
    }

    private AccessToken Fresh(AccessToken token) => token with
    {
        IssuedAt = _time.GetUtcNow().ToUnixTimeSeconds(),
        ExpiresAt = _time.GetUtcNow().ToUnixTimeSeconds() + 300,
    };

    private string Sign(AccessToken token) => AccessTokenRules.Sign(Fresh(token), TestKeys.Ec);

    private async Task<(ApiError? Error, Caller Caller)> ReadAsync(string text) => await _callers.ReadAsync(text);
}
