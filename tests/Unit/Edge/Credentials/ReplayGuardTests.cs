using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Credentials;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Credentials;

/// <summary>What calls are let through of a client that wants none twice.</summary>
public sealed class ReplayGuardTests
{
    private readonly FakeCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly ReplayGuard _guard;

    public ReplayGuardTests() => _guard = new ReplayGuard(_cluster, Options.Create(new EdgeOptions()), _time);

    private string Nonce => Guid.CreateVersion7(_time.GetUtcNow()).ToString();

    [Fact]
    public async Task A_call_with_a_name_of_its_own_is_let_through_and_nobody_is_told_the_name()
    {
        Assert.Null(await RefusalAsync(ReplayMode.Key, "order 66".Replace(' ', '-')));

        var use = Assert.Single(Grain("order-66").Uses);
        Assert.Equal(43, use.Digest.Length);
        Assert.DoesNotContain("order", use.ToString(), StringComparison.Ordinal);
        Assert.Equal(_time.GetUtcNow().AddHours(1).ToUnixTimeSeconds(), use.ExpiresAt);
    }

    [Theory]
    [InlineData(ReplayMode.Key, null)]
    [InlineData(ReplayMode.Key, "")]
    [InlineData(ReplayMode.Key, "two words")]
    [InlineData(ReplayMode.Nonce, "order-66")]
    [InlineData(ReplayMode.Nonce, "b3cd5d3a-2f61-4a3f-9a1e-0d6d1c1f2e3a")]
    public async Task A_call_without_a_good_name_is_refused_without_asking_anybody(ReplayMode mode, string? name)
    {
        Assert.Equal((400, "idempotency_key_required"), await RefusalAsync(mode, name));
        Assert.Empty(Grain(name ?? "").Uses);
    }

    [Fact]
    public async Task A_name_that_stands_twice_is_none()
    {
        var headers = new HeaderDictionary { [ReplayGuard.Header] = new(["a", "b"]) };

        var refusal = await _guard.RefusalOfAsync(Some.Call(), ReplayMode.Key, headers);

        Assert.Equal("idempotency_key_required", refusal?.Code);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(-301)]
    public async Task A_nonce_of_another_time_is_stale(int seconds)
    {
        var nonce = Guid.CreateVersion7(_time.GetUtcNow().AddSeconds(seconds)).ToString();

        Assert.Equal((400, "idempotency_key_stale"), await RefusalAsync(ReplayMode.Nonce, nonce));
    }

    [Theory]
    [InlineData(ReplayAnswer.Again, 409, "request_replayed")]
    [InlineData(ReplayAnswer.NoRoom, 503, "service_unavailable")]
    public async Task A_name_that_was_used_or_cannot_be_remembered_lets_no_call_through(
        ReplayAnswer answer, int status, string code)
    {
        var nonce = Nonce;
        Grain(nonce).OnUse = () => Task.FromResult(answer);

        Assert.Equal((status, code), await RefusalAsync(ReplayMode.Nonce, nonce));
    }

    [Fact]
    public async Task Nobody_who_could_say_is_no_consent()
    {
        var nonce = Nonce;
        Grain(nonce).OnUse = () => Task.FromException<ReplayAnswer>(new SiloUnavailableException());

        await Assert.ThrowsAsync<SiloUnavailableException>(() => RefusalAsync(ReplayMode.Nonce, nonce));
    }

    private FakeClient Grain(string name)
    {
        var digest = Sluice.Rules.Tokens.Base64UrlText.Encode(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(name)));
        return _cluster[ReplayUse.KeyOf(Some.Call().Caller.ClientId, digest)];
    }

    private async Task<(int, string?)?> RefusalAsync(ReplayMode mode, string? name)
    {
        var headers = new HeaderDictionary();
        if (name is not null)
        {
            headers[ReplayGuard.Header] = name;
        }

        return await _guard.RefusalOfAsync(Some.Call(), mode, headers) is { } refusal
            ? (refusal.Status, refusal.Code)
            : null;
    }
}
