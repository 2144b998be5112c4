using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Rules.Keys;
using Xunit;

namespace Sluice.Unit.Edge.Credentials;

public sealed class KeyMiddlewareTests
{
    private static readonly KeyText Key = KeyOf(version: 3);
    private static readonly KeyText OtherKey = KeyOf(version: 4);

    private bool _passed;

    [Theory]
    [InlineData("Authorization", "Bearer {0}")]
    [InlineData("Authorization", "bearer {0}")]
    [InlineData("authorization", "BEARER   {0}  ")]
    [InlineData("api-key", "{0}")]
    [InlineData("Api-Key", " {0} ")]
    [InlineData("x-api-key", "{0}")]
    [InlineData("X-Api-Key", "\t{0}")]
    public async Task A_key_is_read_from_each_header_that_clients_send(string header, string value)
    {
        var call = await Send((header, string.Format(null, value, Key.Format())));

        Assert.True(_passed);
        Assert.Equal(Key.ClientId, call.Caller.ClientId);
        Assert.Equal(3, call.Caller.KeyVersion);
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(Key.Secret)), call.Caller.SecretDigest);
    }

    [Fact]
    public async Task A_bearer_token_goes_before_the_other_headers()
    {
        var call = await Send(
            ("x-api-key", OtherKey.Format()),
            ("api-key", OtherKey.Format()),
            ("Authorization", $"Bearer {Key.Format()}"));

        Assert.Equal(3, call.Caller.KeyVersion);
    }

    [Fact]
    public async Task Credentials_of_another_scheme_are_passed_over()
    {
        var call = await Send(("Authorization", "Basic dXNlcjpwYXNz"), ("api-key", Key.Format()));

        Assert.Equal(3, call.Caller.KeyVersion);
    }

    [Theory]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("api-key", "")]
    [InlineData("x-api-key", "   ")]
    [InlineData("Authorization", "Basic dXNlcjpwYXNz")]
    [InlineData("Authorization", "Bearer")]
    [InlineData("Proxy-Authorization", "Bearer {0}")]
    public async Task A_request_without_a_key_is_told_how_to_send_one(string header, string value)
    {
        var exchange = await Refused((header, string.Format(null, value, Key.Format())));

        Assert.Equal((401, "invalid_api_key"), (exchange.Status, exchange.Code));
        Assert.Equal("You did not provide an API key. Send it as 'Authorization: Bearer slk_…'.", exchange.Message);
        Assert.Equal("Bearer", exchange.Headers.WWWAuthenticate);
    }

    /// <summary>Guards against guessing which of two keys a client meant.</summary>
    [Theory]
    [InlineData("Authorization", "Bearer {0}")]
    [InlineData("api-key", "{0}")]
    [InlineData("x-api-key", "{0}")]
    public async Task A_header_that_stands_twice_is_no_key(string header, string value)
    {
        var twice = string.Format(null, value, Key.Format());

        var exchange = await Refused((header, new StringValues([twice, twice])));

        Assert.StartsWith("You did not provide an API key.", exchange.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_key_is_told_from_a_text_that_is_none()
    {
        var text = Key.Format();
        var mistyped = text[..^7] + (text[^7] == 'x' ? 'y' : 'x') + text[^6..];

        var typo = await Refused(("api-key", mistyped));
        var none = await Refused(("api-key", "sk-proj-0123456789"));
        var two = await Refused(("Authorization", $"Bearer {text}, Bearer {text}"));

        Assert.Contains("its checksum is wrong", typo.Message, StringComparison.Ordinal);
        Assert.Contains("it does not have the form of a key of ours", none.Message, StringComparison.Ordinal);
        Assert.Contains("it does not have the form of a key of ours", two.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(mistyped[10..], typo.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-proj", none.Text, StringComparison.Ordinal);
    }

    private async Task<ModelCall> Send(params (string Name, StringValues Value)[] headers)
    {
        var call = Some.Call(clientId: "");
        await Invoke(new Exchange(call), headers);
        return call;
    }

    private async Task<Exchange> Refused(params (string Name, StringValues Value)[] headers)
    {
        var exchange = new Exchange(Some.Call());
        await Invoke(exchange, headers);
        Assert.False(_passed);
        return exchange;
    }

    private Task Invoke(Exchange exchange, (string Name, StringValues Value)[] headers)
    {
        foreach (var (name, value) in headers)
        {
            exchange.Context.Request.Headers[name] = value;
        }

        return new KeyMiddleware(_ =>
        {
            _passed = true;
            return Task.CompletedTask;
        }).InvokeAsync(exchange.Context);
    }

    private static KeyText KeyOf(int version) =>
        new("live", Some.ClientId, version, KeyText.SecretOf(SHA256.HashData([(byte)version])));
}
