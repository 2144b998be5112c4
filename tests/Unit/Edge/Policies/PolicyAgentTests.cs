using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Sluice.Edge.Policies;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Policies;

/// <summary>Guards "a policy only takes away": whatever an agent does, no call goes on that it did not allow.</summary>
public sealed class PolicyAgentTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly FakeAgent _fake = new();
    private readonly PolicyAgentOptions _options = new() { Address = "http://opa:8181", Path = "deepseek/auth" };
    private PolicyAgent? _agent;

    private PolicyAgent Agent => _agent ??= new PolicyAgent(
        Options.Create(_options), new PolicyMetrics(Some.Meters()), _time, NullLogger<PolicyAgent>.Instance, _fake);

    public void Dispose()
    {
        _agent?.Dispose();
        _fake.Dispose();
    }

    [Fact]
    public async Task An_agent_is_asked_for_its_document_with_all_that_is_known_of_the_call()
    {
        Assert.Null(await AskAsync());

        Assert.Equal("POST http://opa:8181/v1/data/deepseek/auth application/json", _fake.Asked);
        var input = JsonDocument.Parse(_fake.Body!).RootElement.GetProperty("input");
        var time = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);
        Assert.Equal(
            $$"""
            {"principal":{"client":"{{Some.ClientId}}","keyVersion":1,"role":"developer"},"roles":["developer"],
            "tenant":"acme","plan":"gold","action":"models:call","resource":"models/m","model":"m",
            "endpoint":"chat/completions","features":["priority"],"time":"{{time}}","address":"10.1.2.3"}
            """.ReplaceLineEndings(""),
            input.GetRawText());
    }

    [Theory]
    [InlineData("""{"result":{"allow":false,"reason":"not at night."}}""", ": not at night.")]
    [InlineData("""{"result":{"allow":false}}""", " does not allow this request.")]
    [InlineData("""{"result":{"allow":false,"reason":7}}""", " does not allow this request.")]
    [InlineData("""{"result":{"allow":false,"reason":"a\nb\u0007"}}""", ": ab.")]
    public async Task What_is_denied_is_403_with_the_reason(string answer, string end)
    {
        _fake.Answer = answer;

        var refusal = await AskAsync();

        Assert.Equal((403, "policy_denied"), (refusal!.Status, refusal.Code));
        Assert.EndsWith(end, refusal.Message, StringComparison.Ordinal);
        Assert.Null(refusal.RetryAfter);
    }

    [Theory]
    [InlineData("{}")] // The agent has no such document.
    [InlineData("""{"result":true}""")]
    [InlineData("""{"result":{}}""")]
    [InlineData("""{"result":{"allow":"true"}}""")]
    [InlineData("""{"result":{"allow":null}}""")]
    [InlineData("""{"result":[{"allow":true}]}""")]
    [InlineData("""{"result":{"allow":true,"reason":"\ud800"}}""")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("<html>")]
    public async Task What_is_not_understood_is_no_consent(string answer)
    {
        _fake.Answer = answer;

        await IsUnansweredAsync();
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.NoContent)]
    [InlineData(HttpStatusCode.Redirect)]
    [InlineData(HttpStatusCode.Unauthorized)]
    public async Task An_error_is_no_consent_whatever_stands_in_it(HttpStatusCode status)
    {
        _fake.Status = status;

        await IsUnansweredAsync();
    }

    [Fact]
    public async Task An_agent_that_cannot_be_reached_is_no_consent()
    {
        _fake.Failure = new HttpRequestException("refused");

        await IsUnansweredAsync();
    }

    [Fact]
    public async Task An_endless_answer_is_given_up()
    {
        _fake.Answer = "{\"result\":{\"allow\":true,\"reason\":\"" + new string('x', 70_000) + "\"}}";

        await IsUnansweredAsync();
    }

    /// <summary>Guards the hot path: also an agent whose connection does not heed that nobody waits any more.</summary>
    [Fact]
    public async Task Nobody_waits_longer_than_the_time_limit()
    {
        _fake.Hangs = true;

        var asking = AskAsync();
        _time.Advance(_options.Timeout - TimeSpan.FromTicks(1));
        Assert.False(asking.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal("policy_unavailable", (await asking.Within())!.Code);
    }

    [Fact]
    public async Task After_four_failures_nobody_is_asked_for_a_second_and_then_again()
    {
        _options.RememberFor = TimeSpan.Zero;
        _fake.Status = HttpStatusCode.InternalServerError;
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("policy_unavailable", (await AskAsync())!.Code);
        }

        Assert.Equal(4, _fake.Count);
        _fake.Status = HttpStatusCode.OK;
        Assert.Equal("policy_unavailable", (await AskAsync())!.Code);
        _time.Advance(PolicyAgent.BreakTime);
        Assert.Null(await AskAsync());
        Assert.Equal(5, _fake.Count);
    }

    [Fact]
    public async Task An_answer_is_remembered_for_the_same_question_as_long_as_it_says_and_a_failure_never()
    {
        Assert.Null(await AskAsync());
        _fake.Answer = """{"result":{"allow":false}}""";
        Assert.Null(await AskAsync());
        Assert.Equal("policy_denied", (await AskAsync("other"))!.Code);
        Assert.Equal("policy_denied", (await AskAsync(role: "user"))!.Code);
        Assert.Equal(3, _fake.Count);

        _time.Advance(_options.RememberFor);
        Assert.Equal("policy_denied", (await AskAsync())!.Code);
        _fake.Status = HttpStatusCode.InternalServerError;
        Assert.Equal("policy_denied", (await AskAsync())!.Code);
        Assert.Equal("policy_unavailable", (await AskAsync("third"))!.Code);
        Assert.Equal("policy_unavailable", (await AskAsync("third"))!.Code);
        Assert.Equal(6, _fake.Count);
    }

    [Fact]
    public async Task A_call_of_which_nobody_knows_whose_it_is_is_not_let_through()
    {
        var refusal = await Agent.RefusalOfAsync(Call("m"), new AdmitReply { Verdict = Verdict.Admitted });

        Assert.Equal("policy_unavailable", refusal!.Code);
        Assert.Equal(0, _fake.Count);
    }

    [Theory]
    [InlineData("http://opa:8181/v1", "a", "Policy:Address")]
    [InlineData("opa:8181", "a", "Policy:Address")]
    [InlineData("http://me@opa:8181", "a", "Policy:Address")]
    [InlineData("http://opa:8181", "", "Policy:Path")]
    [InlineData("http://opa:8181", "/a", "Policy:Path")]
    [InlineData("http://opa:8181", "a/../b", "Policy:Path")]
    [InlineData("http://opa:8181", "a?b", "Policy:Path")]
    [InlineData("", "", null)]
    [InlineData("https://opa:8181/", "deepseek/auth", null)]
    public void An_address_is_one_and_a_path_names_a_document(string address, string path, string? place)
    {
        var result = new PolicyAgentOptionsValidator()
            .Validate(null, new PolicyAgentOptions { Address = address, Path = path });

        Assert.Equal(place is not null, result.Failed);
        Assert.StartsWith(place ?? "", result.FailureMessage ?? "", StringComparison.Ordinal);
    }

    private async Task IsUnansweredAsync()
    {
        var refusal = await AskAsync();
        Assert.Equal(
            (503, "policy_unavailable", TimeSpan.FromSeconds(1)),
            (refusal!.Status, refusal.Code, refusal.RetryAfter!.Value));
        Assert.Equal(1, _fake.Count);
    }

    private Task<ApiError?> AskAsync(string model = "m", string role = "developer") => Agent.RefusalOfAsync(
        Call(model),
        new AdmitReply
        {
            Verdict = Verdict.Admitted, Usage = new UsageTerms { Tenant = "acme", Plan = "gold", Role = role },
        }).AsTask();

    private static ModelCall Call(string model)
    {
        var call = Some.Call();
        call.Body = call.Body with { Model = model, Priority = true };
        call.Endpoint = "chat/completions";
        call.ClientAddress = AddressBits.Of(IPAddress.Parse("10.1.2.3"));
        return call;
    }

    private sealed class FakeAgent : HttpMessageHandler
    {
        public string Answer { get; set; } = """{"result":{"allow":true}}""";

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public Exception? Failure { get; set; }

        public bool Hangs { get; set; }

        public int Count { get; private set; }

        public string? Asked { get; private set; }

        public string? Body { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            Asked = $"{request.Method} {request.RequestUri} {request.Content!.Headers.ContentType}";
            Body = await request.Content.ReadAsStringAsync(CancellationToken.None);
            if (Hangs)
            {
                await new TaskCompletionSource().Task;
            }

            return Failure is null
                ? new HttpResponseMessage(Status)
                {
                    Content = new StringContent(Answer, Encoding.UTF8, "application/json"),
                }
                : throw Failure;
        }
    }
}
