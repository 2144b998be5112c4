using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Browsers;
using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Edge.Browsers;

/// <summary>What browsers are told, and for which pages.</summary>
public sealed class BrowserTests
{
    private const string Page = "https://chat.example.com";

    private readonly DefaultHttpContext _context = new();
    private readonly ModelCall _call = Some.Call();
    private bool _passed;

    [Fact]
    public async Task A_page_that_asks_whether_it_may_call_is_told_so_and_no_other()
    {
        await AskAsync("OPTIONS", "/v1/chat/completions", Page, asks: true);

        Assert.Equal((204, false), (_context.Response.StatusCode, _passed));
        var headers = _context.Response.Headers;
        Assert.Equal(Page, headers.AccessControlAllowOrigin);
        Assert.Equal("authorization,content-type", headers.AccessControlAllowHeaders);
        Assert.Equal("GET, POST", headers.AccessControlAllowMethods);
        Assert.Equal("Origin", headers.Vary);
        Assert.Equal(0, headers.AccessControlAllowCredentials.Count); // No cookie ever counts here.
    }

    [Theory]
    [InlineData(Page, Page)]
    [InlineData("null", "null")]
    [InlineData("http://plain.example", "null")]
    [InlineData(null, null)]
    public async Task A_call_says_to_the_grain_from_which_page_it_comes(string? origin, string? told)
    {
        await AskAsync("POST", "/v1/chat/completions", origin);

        Assert.Equal((true, told), (_passed, _call.Origin));
        Assert.Equal(0, _context.Response.Headers.AccessControlAllowOrigin.Count); // Before anybody is known.
    }

    [Fact]
    public async Task Where_browsers_are_not_let_in_nothing_is_said()
    {
        await AskAsync("OPTIONS", "/v1/chat/completions", Page, asks: true, isOn: false);

        Assert.Equal((true, (string?)null), (_passed, _call.Origin));
        Assert.Equal(0, _context.Response.Headers.AccessControlAllowOrigin.Count);
    }

    [Fact]
    public async Task The_token_service_lets_its_answers_be_read_by_the_page_that_asked()
    {
        await AskAsync("POST", "/oauth/token", Page);

        Assert.Equal((true, Page), (_passed, _context.Response.Headers.AccessControlAllowOrigin.ToString()));
    }

    /// <summary>Guards sign-ins against pages: people come there themselves (RFC 9700, 2.6).</summary>
    [Theory]
    [InlineData("/oauth/authorize")]
    [InlineData("/oauth/callback/acme/corp")]
    public async Task Where_people_sign_in_no_page_is_let_in(string path)
    {
        await AskAsync("OPTIONS", path, Page, asks: true);
        Assert.True(_passed); // To whatever says that there is no such method.
        await AskAsync("GET", path, Page);

        Assert.Equal(0, _context.Response.Headers.AccessControlAllowOrigin.Count);
    }

    [Theory]
    [InlineData(Verdict.Admitted, true)]
    [InlineData(Verdict.RateLimited, true)]
    [InlineData(Verdict.ModelUnknown, true)]
    [InlineData(Verdict.OriginForbidden, false)]
    [InlineData(Verdict.AddressForbidden, false)]
    [InlineData(Verdict.UnknownKey, false)]
    [InlineData(Verdict.KeyRevoked, false)]
    [InlineData(Verdict.Pending, false)]
    public void A_page_reads_what_its_tenants_client_is_answered(Verdict verdict, bool reads)
    {
        BrowserHeaders.AllowIf(_context.Response.Headers, Page, verdict);
        BrowserHeaders.AllowIf(new HeaderDictionary(), origin: null, verdict);

        Assert.Equal(reads, _context.Response.Headers.AccessControlAllowOrigin == Page);
    }

    private Task AskAsync(string method, string path, string? origin, bool asks = false, bool isOn = true)
    {
        var middleware = new BrowserMiddleware(
            _ =>
            {
                _passed = true;
                return Task.CompletedTask;
            },
            Options.Create(new EdgeOptions { Browsers = isOn }));
        _context.Features.Set(_call);
        (_context.Request.Method, _context.Request.Path) = (method, path);
        if (origin is not null)
        {
            _context.Request.Headers.Origin = origin;
        }

        if (asks)
        {
            _context.Request.Headers.AccessControlRequestMethod = "POST";
            _context.Request.Headers.AccessControlRequestHeaders = "authorization,content-type";
        }

        return middleware.InvokeAsync(_context);
    }
}
