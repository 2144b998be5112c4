using System.Net;
using Microsoft.AspNetCore.Http;
using Sluice.Silo;
using Sluice.Silo.Admin;
using Xunit;

namespace Sluice.Unit.Silo.Admin;

/// <summary>Guards secrets on their way to whoever asked for them.</summary>
public sealed class SecretChannelTests
{
    [Theory]
    [InlineData("http", "127.0.0.1")]
    [InlineData("http", "127.9.9.9")]
    [InlineData("http", "::1")]
    [InlineData("http", "::ffff:127.0.0.1")]
    [InlineData("https", "203.0.113.7")]
    [InlineData("https", null)]
    public void A_secret_is_told_over_TLS_and_to_this_machine(string scheme, string? from) =>
        Assert.Null(SecretChannel.Refusal(RequestOf(scheme, from), new SiloOptions()));

    [Theory]
    [InlineData("203.0.113.7")]
    [InlineData("10.0.0.1")]
    [InlineData("2001:db8::1")]
    [InlineData(null)]
    public void Over_plain_HTTP_from_elsewhere_it_is_not_and_the_operator_hears_what_to_do(string? from)
    {
        var refusal = SecretChannel.Refusal(RequestOf("http", from), new SiloOptions())!;

        Assert.Equal(403, refusal.StatusCode);
        Assert.Contains("Silo:TlsInFront", refusal.ProblemDetails.Detail, StringComparison.Ordinal);
        Assert.Null(SecretChannel.Refusal(RequestOf("http", from), new SiloOptions { TlsInFront = true }));
    }

    private static DefaultHttpContext RequestOf(string scheme, string? from)
    {
        var context = new DefaultHttpContext();
        context.Request.Scheme = scheme;
        context.Request.Headers["X-Forwarded-Proto"] = "https"; // Anybody can write that.
        context.Connection.RemoteIpAddress = from is null ? null : IPAddress.Parse(from);
        return context;
    }
}
