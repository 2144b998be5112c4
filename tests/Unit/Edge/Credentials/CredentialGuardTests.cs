using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Edge.Errors;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Credentials;
using Sluice.Rules.Keys;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Credentials;

/// <summary>Guards silos from those who try keys, and their neighbours from being taken for them.</summary>
public sealed class CredentialGuardTests
{
    private const int WrongKeysPerMinute = 5;
    private static readonly KeyText Key = KeyOf(1);
    private static readonly KeyText NewKey = KeyOf(2);

    private readonly ManualTime _time = new();
    private readonly CredentialGuard _guard;
    private int _asked;
    private Verdict _verdict = Verdict.UnknownKey;

    public CredentialGuardTests() => _guard = new CredentialGuard(
        Options.Create(new EdgeOptions { WrongKeysPerMinute = WrongKeysPerMinute }),
        new CredentialMetrics(Some.Meters()), _time);

    [Fact]
    public async Task A_network_that_sends_too_many_wrong_keys_costs_nobody_a_question()
    {
        for (var i = 0; i < WrongKeysPerMinute; i++)
        {
            Assert.Equal(401, (await SendAsync("203.0.113.7", KeyOf(i + 10))).Status);
        }

        var held = await SendAsync("203.0.113.200", KeyOf(99));

        Assert.Equal((429, "too_many_wrong_keys"), (held.Status, held.Code));
        Assert.Equal("12", held.Headers.RetryAfter);
        Assert.Equal(WrongKeysPerMinute, _asked);
        Assert.Equal(401, (await SendAsync("203.0.114.7", KeyOf(99))).Status);
        _time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(401, (await SendAsync("203.0.113.7", KeyOf(99))).Status);
    }

    [Fact]
    public async Task Keys_that_were_right_before_are_looked_at_whatever_their_neighbours_send()
    {
        _verdict = Verdict.RateLimited;
        await SendAsync("203.0.113.7", Key);
        _verdict = Verdict.UnknownKey;
        await GuessAsync();
        _verdict = Verdict.Admitted;

        Assert.Equal(200, (await SendAsync("203.0.113.7", Key)).Status);
        Assert.Equal(429, (await SendAsync("203.0.113.7", NewKey)).Status);
    }

    /// <summary>Guards a client that has changed its key from its own programs that have not.</summary>
    [Theory]
    [InlineData(Verdict.KeyExpired)]
    [InlineData(Verdict.KeyRevoked)]
    [InlineData(Verdict.KeyRetired)]
    [InlineData(Verdict.ClientSuspended)]
    public async Task Keys_that_were_good_once_are_no_guesses(Verdict verdict)
    {
        _verdict = verdict;
        for (var i = 0; i < 3 * WrongKeysPerMinute; i++)
        {
            await SendAsync("203.0.113.7", Key);
        }

        _verdict = Verdict.Admitted;

        Assert.Equal(200, (await SendAsync("203.0.113.7", NewKey)).Status);
    }

    [Fact]
    public async Task Whoever_is_held_back_learns_nothing_from_mistyped_keys_either()
    {
        await GuessAsync();

        Assert.Equal(429, (await SendAsync("203.0.113.7", "slk_live_x")).Status);
        Assert.Equal(401, (await SendAsync("203.0.113.7", "")).Status);
    }

    [Fact]
    public async Task What_was_refused_is_counted_by_network_and_kind_with_the_clients_that_were_named()
    {
        await SendAsync("203.0.113.7", Key);
        await SendAsync("203.0.113.8", "slk_live_x");
        await SendAsync("203.0.113.9", "");
        await SendAsync("2001:db8::1", Key);

        var refused = _guard.Take(10);

        Assert.Equal(["203.0.113.0/24", "2001:db8::/64"], refused.Select(one => one.Name));
        Assert.Equal(
            [CredentialRefusal.Absent, CredentialRefusal.Malformed, CredentialRefusal.Unknown],
            refused[0].Counts.Keys);
        Assert.All(refused[0].Counts.Values, count => Assert.Equal(1, count));
        Assert.Equal([Some.ClientId], refused[0].Clients);
        Assert.Empty(_guard.Take(10));
    }

    [Fact]
    public async Task Without_a_limit_everything_is_looked_at_and_counted()
    {
        var guard = new CredentialGuard(
            Options.Create(new EdgeOptions { WrongKeysPerMinute = 0 }), new CredentialMetrics(Some.Meters()), _time);
        for (var i = 0; i < 1_000; i++)
        {
            await SendAsync("203.0.113.7", KeyOf(i).Format(), guard);
        }

        Assert.Equal(1_000, _asked);
        Assert.Equal(1_000, Assert.Single(guard.Take(10)).Counts[CredentialRefusal.Unknown]);
    }

    private async Task GuessAsync()
    {
        for (var i = 0; i < WrongKeysPerMinute; i++)
        {
            await SendAsync("203.0.113.7", KeyOf(i + 10));
        }
    }

    private Task<Exchange> SendAsync(string address, KeyText key) => SendAsync(address, key.Format());

    private async Task<Exchange> SendAsync(string address, string key, CredentialGuard? guard = null)
    {
        guard ??= _guard;
        var exchange = new Exchange(Some.Call(clientId: ""));
        exchange.Context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        exchange.Context.Request.Headers["x-api-key"] = key;
        var keys = new KeyMiddleware(context => AnswerAsync(context, guard), guard: guard);
        await new RefusalMiddleware(keys.InvokeAsync, guard).InvokeAsync(exchange.Context);
        return exchange;
    }

    private async Task AnswerAsync(HttpContext context, CredentialGuard guard)
    {
        _asked++;
        var call = context.Call();
        if (ApiError.RefusalOf(_verdict) is null)
        {
            guard.Found(call.Caller);
        }

        if (_verdict is not Verdict.Admitted)
        {
            await ApiError.For(_verdict, call, refusedBy: "l", TimeSpan.FromSeconds(1)).WriteAsync(context);
        }
    }

    private static KeyText KeyOf(int number) =>
        new("live", Some.ClientId, 1, KeyText.SecretOf(SHA256.HashData(BitConverter.GetBytes(number))));
}
