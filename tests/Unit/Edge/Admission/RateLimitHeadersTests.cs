using Microsoft.AspNetCore.Http;
using Sluice.Edge.Admission;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

public sealed class RateLimitHeadersTests
{
    private static readonly LimitStatus Rpm = new("rpm", 60, 59, TimeSpan.FromMilliseconds(1_500));

    [Fact]
    public void The_rate_that_binds_is_told_with_its_name()
    {
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["x-ratelimit-limit-requests"] = "60",
                ["x-ratelimit-remaining-requests"] = "59",
                ["x-ratelimit-reset-requests"] = "1.5s",
                ["x-sluice-limit"] = "rpm",
            },
            Written(FakeClient.Admitted with { Requests = Rpm }));
    }

    [Fact]
    public void A_rate_of_tokens_is_told_beside_it()
    {
        var tokens = new LimitStatus("tpm", 100_000, 0, TimeSpan.FromSeconds(66));

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["x-ratelimit-limit-requests"] = "60",
                ["x-ratelimit-remaining-requests"] = "59",
                ["x-ratelimit-reset-requests"] = "1.5s",
                ["x-ratelimit-limit-tokens"] = "100000",
                ["x-ratelimit-remaining-tokens"] = "0",
                ["x-ratelimit-reset-tokens"] = "1m6s",
                ["x-sluice-limit"] = "rpm",
            },
            Written(FakeClient.Admitted with { Requests = Rpm, Tokens = tokens }));
        Assert.Equal(
            ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", "x-sluice-limit"],
            Written(FakeClient.Admitted with { Tokens = tokens }).Keys.Order());
    }

    [Fact]
    public void A_refusal_names_the_limit_that_refused()
    {
        var refused = FakeClient.Admitted with { Verdict = Verdict.NoFreeSlot, RefusedBy = "slots", Requests = Rpm };

        Assert.Equal("slots", Written(refused)["x-sluice-limit"]);
    }

    /// <summary>Guards how busy a client is from who has no key of it, and models from who may not see them.</summary>
    [Theory]
    [InlineData(Verdict.UnknownKey)]
    [InlineData(Verdict.KeyRevoked)]
    [InlineData(Verdict.KeyExpired)]
    [InlineData(Verdict.KeyRetired)]
    [InlineData(Verdict.KeyNotYetActive)]
    [InlineData(Verdict.ModelUnknown)]
    public void Who_must_not_know_is_told_nothing(Verdict verdict) =>
        Assert.Empty(Written(FakeClient.Admitted with { Verdict = verdict, Requests = Rpm }));

    [Fact]
    public void A_plan_without_rates_has_no_such_headers() => Assert.Empty(Written(FakeClient.Admitted));

    private static Dictionary<string, string> Written(AdmitReply reply)
    {
        var headers = new HeaderDictionary();
        RateLimitHeaders.Write(headers, reply);
        return headers.ToDictionary(header => header.Key, header => header.Value.ToString());
    }
}
