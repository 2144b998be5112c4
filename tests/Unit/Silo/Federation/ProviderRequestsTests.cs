using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Sluice.Grains.Federation;
using Sluice.Silo.Federation;
using Xunit;

namespace Sluice.Unit.Silo.Federation;

/// <summary>How a silo asks a provider who somebody is, and what it does not let itself be made to do or say.</summary>
public sealed class ProviderRequestsTests : IAsyncLifetime
{
    private readonly ProviderSite _site = new();
    private readonly FederationOptions _options = new() { PrivateHosts = { "127.0.0.1" } };

    public async ValueTask InitializeAsync() => await _site.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_form_is_posted_and_our_name_and_secret_are_encoded_before_they_are_put_together()
    {
        var seen = "";
        _site.Answer("/token", async context =>
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            seen = $"{context.Request.Method} {form["code"]} {context.Request.Headers.Authorization}";
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("{}", context.RequestAborted);
        });

        var answer = await SendAsync(new ProviderQuestion($"{_site.Address}/token")
        {
            Form = [KeyValuePair.Create("code", "a b&c")], Basic = ("us:1", "s é+"),
        });

        Assert.Equal((400, "{}"), (answer.Status, System.Text.Encoding.UTF8.GetString(answer.Body)));
        var basic = Convert.ToBase64String("us%3A1:s+%C3%A9%2B"u8);
        Assert.Equal($"POST a b&c Basic {basic}", seen);
    }

    [Fact]
    public async Task Without_a_form_it_is_asked_and_no_redirect_is_followed()
    {
        _site.Answer("/user", "", 302, ("Location", $"{_site.Address}/elsewhere"));

        Assert.Equal(302, (await SendAsync(new ProviderQuestion($"{_site.Address}/user?access_token=t"))).Status);
        Assert.Equal(["/user"], _site.Asked);
    }

    [Fact]
    public async Task What_cannot_be_had_is_told_without_what_was_sent()
    {
        _site.Silence("/slow");
        _site.Answer("/long", new string(' ', ProviderConnections.AnswerBytesMax + 1), 200);
        var port = new Uri(_site.Address).Port;

        Assert.Contains("more than 131072 bytes", await TroubleAsync($"{_site.Address}/long?secret=x"), Ordinal);
        Assert.Contains(
            "'localhost' has no public address", await TroubleAsync($"http://localhost:{port}/?secret=x"), Ordinal);
        _options.AnswerTimeout = TimeSpan.FromMilliseconds(100);
        Assert.Contains("did not answer within", await TroubleAsync($"{_site.Address}/slow?secret=x"), Ordinal);
        Assert.Equal(["/long", "/slow"], _site.Asked);
    }

    [Fact]
    public void A_question_or_an_answer_that_is_logged_by_mistake_tells_nothing()
    {
        var question = new ProviderQuestion("https://a.example/?secret=x") { Basic = ("us", "s") };

        Assert.Equal("ProviderQuestion", $"{question}");
        Assert.Equal("ProviderAnswer 200", $"{new ProviderAnswer(200, [1])}");
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private async Task<string> TroubleAsync(string address)
    {
        var message = (await Assert.ThrowsAsync<ProviderAwayException>(
            () => SendAsync(new ProviderQuestion(address)))).Message;
        Assert.DoesNotContain("secret", message, Ordinal);
        return message;
    }

    private async Task<ProviderAnswer> SendAsync(ProviderQuestion question)
    {
        var options = Options.Create(_options);
        using var requests = new ProviderRequests(
            new ProviderConnections(
                options, (host, _) => Task.FromResult<IPAddress[]>(
                    [IPAddress.TryParse(host, out var address) ? address : IPAddress.Loopback])),
            options, TimeProvider.System);
        return await requests.SendAsync(question, TestContext.Current.CancellationToken);
    }
}
