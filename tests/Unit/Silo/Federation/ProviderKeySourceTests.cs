using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using Sluice.Grains.Federation;
using Sluice.Rules.Tokens;
using Sluice.Silo.Federation;
using Sluice.Unit.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Silo.Federation;

/// <summary>What a silo takes from an identity provider, and what it does not let itself be made to do.</summary>
public sealed class ProviderKeySourceTests : IAsyncLifetime
{
    private const string Description = "/.well-known/openid-configuration";

    private readonly ProviderSite _site = new();
    private readonly FederationOptions _options = new() { PrivateHosts = { "127.0.0.1", "provider.test" } };
    private readonly Dictionary<string, IPAddress[]> _names = [];

    public async ValueTask InitializeAsync()
    {
        await _site.StartAsync();
        _names["provider.test"] = [IPAddress.Loopback];
        _site.Answer(Description, $$"""{"issuer":"{{_site.Address}}","jwks_uri":"{{_site.Address}}/keys"}""");
        _site.Answer("/keys", Encoding.UTF8.GetString(new PublicKeySet([TestKeys.Ec.Public]).ToJson()));
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Keys_are_where_the_description_says_and_the_issuers_slash_counts_once()
    {
        Assert.Equal(TestKeys.Ec.Public.KeyId, Assert.Single((await KeysAsync()).Keys).KeyId);
        Assert.Equal([Description, "/keys"], _site.Asked);

        _site.Answer(Description, $$"""{"issuer":"{{_site.Address}}/","jwks_uri":"{{_site.Address}}/keys"}""");
        Assert.Single((await KeysAsync($"{_site.Address}/")).Keys);
    }

    [Fact]
    public async Task Where_the_place_of_the_keys_is_given_the_description_is_not_asked_for()
    {
        Assert.Single((await KeysAsync(keySet: $"{_site.Address}/keys")).Keys);
        Assert.Equal(["/keys"], _site.Asked);
    }

    [Theory]
    [InlineData("""{"issuer":"https://else.example","jwks_uri":"https://else.example/keys"}""", "another issuer's")]
    [InlineData("""{"jwks_uri":"https://else.example/keys"}""", "another issuer's")]
    [InlineData("""{"issuer":"SITE"}""", "names no https address")]
    [InlineData("""{"issuer":"SITE","jwks_uri":"http://else.example/keys"}""", "names no https address")]
    [InlineData("""{"issuer":"SITE","jwks_uri":"file:///etc/passwd"}""", "names no https address")]
    [InlineData("""{"issuer":"SITE","jwks_uri":5}""", "names no https address")]
    [InlineData("[]", "another issuer's")]
    [InlineData("<html>", "no JSON")]
    public async Task A_description_that_is_not_the_issuers_is_not_believed(string description, string reason)
    {
        _site.Answer(Description, description.Replace("SITE", _site.Address, StringComparison.Ordinal));

        Assert.Contains(reason, await RefusalAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("/keys", _site.Asked);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        _site.Answer("/keys", "", status, ("Location", $"{_site.Address}/elsewhere"));

        Assert.Contains($"{status}, and no redirect", await RefusalAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("/elsewhere", _site.Asked);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(204)]
    public async Task An_answer_that_is_not_200_has_no_keys(int status)
    {
        _site.Answer("/keys", "", status);

        Assert.Contains($"{status}", await RefusalAsync(), StringComparison.Ordinal);
    }

    /// <summary>Guards the silo's memory, whether or not the length is told beforehand.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_too_long_is_not_read_to_its_end(bool tellsLength)
    {
        _site.Answer("/keys", new string(' ', ProviderConnections.AnswerBytesMax + 1), 200, tellsLength: tellsLength);
        Assert.Contains("more than 131072 bytes", await RefusalAsync(), StringComparison.Ordinal);

        _site.Answer("/keys", new string(' ', ProviderConnections.AnswerBytesMax), 200, tellsLength: tellsLength);
        Assert.Equal(ProviderConnections.AnswerBytesMax, (await FetchAsync()).Length);
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_is_given_up()
    {
        _options.AnswerTimeout = TimeSpan.FromMilliseconds(100);
        _site.Silence("/keys");

        Assert.Contains("did not answer within", await RefusalAsync(), StringComparison.Ordinal);
    }

    /// <summary>Guards what only silos can reach, also where a public name leads to it.</summary>
    [Fact]
    public async Task A_host_that_is_not_public_is_not_connected_to_unless_it_is_named()
    {
        var port = new Uri(_site.Address).Port;
        foreach (var host in (string[])["internal.test", "mapped.test"])
        {
            _names[host] = host == "internal.test" ? [IPAddress.Loopback] : [IPAddress.Loopback.MapToIPv6()];
            Assert.Contains(
                "has no public address", await RefusalAsync(keySet: $"http://{host}:{port}/keys"),
                StringComparison.Ordinal);
        }

        Assert.Empty(_site.Asked);
        Assert.Single((await KeysAsync(keySet: $"http://provider.test:{port}/keys")).Keys);
    }

    [Fact]
    public async Task A_description_cannot_send_us_to_an_address_that_is_not_public()
    {
        var port = new Uri(_site.Address).Port;
        _names["localhost"] = [IPAddress.Loopback];
        _site.Answer(
            Description, $$"""{"issuer":"{{_site.Address}}","jwks_uri":"http://localhost:{{port}}/keys"}""");

        Assert.Contains("'localhost' has no public address", await RefusalAsync(), StringComparison.Ordinal);
        Assert.Equal([Description], _site.Asked);
    }

    private Task<byte[]> FetchAsync(string? issuer = null, string keySet = "")
    {
        var options = Options.Create(_options);
        var connections = new ProviderConnections(
            options, (host, _) => Task.FromResult(
                IPAddress.TryParse(host, out var address) ? [address] : _names.GetValueOrDefault(host, [])));
        return FetchAndDisposeAsync(new ProviderKeySource(connections, options, TimeProvider.System));

        async Task<byte[]> FetchAndDisposeAsync(ProviderKeySource source)
        {
            using (source)
            {
                return await source.FetchAsync(
                    issuer ?? _site.Address, keySet, TestContext.Current.CancellationToken);
            }
        }
    }

    private async Task<PublicKeySet> KeysAsync(string? issuer = null, string keySet = "") =>
        PublicKeySet.TryParse(await FetchAsync(issuer, keySet))!;

    private async Task<string> RefusalAsync(string keySet = "") =>
        (await Assert.ThrowsAsync<ProviderKeysException>(() => FetchAsync(keySet: keySet))).Message;
}
