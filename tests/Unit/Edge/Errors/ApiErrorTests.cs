using System.Text.RegularExpressions;
using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Edge.Errors;

public sealed partial class ApiErrorTests
{
    public static TheoryData<Verdict> Refusals =>
        [.. Enum.GetValues<Verdict>().Where(verdict => verdict is not (Verdict.None or Verdict.Admitted))];

    [Theory, MemberData(nameof(Refusals))]
    public async Task Every_refusal_is_an_error_with_all_four_keys(Verdict verdict)
    {
        var exchange = await Answered(ErrorFor(verdict));

        Assert.InRange(exchange.Status, 400, 503);
        Assert.Equal("application/json", exchange.Context.Response.ContentType);
        Assert.Equal(
            ["code", "message", "param", "type"],
            exchange.Error.EnumerateObject().Select(member => member.Name).Order());
        Assert.NotEmpty(exchange.Error.GetProperty("type").GetString()!);
        Assert.EndsWith(".", exchange.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Verdict.UnknownKey, 401, "invalid_request_error", "invalid_api_key", null)]
    [InlineData(Verdict.KeyRevoked, 401, "invalid_request_error", "api_key_revoked", null)]
    [InlineData(Verdict.KeyExpired, 401, "invalid_request_error", "api_key_expired", null)]
    [InlineData(Verdict.KeyRetired, 401, "invalid_request_error", "api_key_retired", null)]
    [InlineData(Verdict.KeyNotYetActive, 401, "invalid_request_error", "key_not_yet_active", null)]
    [InlineData(Verdict.ClientSuspended, 403, "invalid_request_error", "client_suspended", null)]
    [InlineData(Verdict.ModelUnknown, 404, "invalid_request_error", "model_not_found", "model")]
    [InlineData(Verdict.ModelForbidden, 403, "invalid_request_error", "model_not_allowed", "model")]
    [InlineData(Verdict.RoleForbidden, 403, "invalid_request_error", "role_not_allowed", null)]
    [InlineData(Verdict.AddressForbidden, 403, "invalid_request_error", "address_not_allowed", null)]
    [InlineData(Verdict.QuotaExhausted, 429, "insufficient_quota", "insufficient_quota", null)]
    [InlineData(Verdict.NoFreeSlot, 429, "rate_limit_exceeded", "rate_limit_exceeded", null)]
    [InlineData(Verdict.RateLimited, 429, "rate_limit_exceeded", "rate_limit_exceeded", null)]
    [InlineData(Verdict.TooLarge, 429, "rate_limit_exceeded", "rate_limit_exceeded", null)]
    [InlineData(Verdict.Pending, 503, "server_error", "service_unavailable", null)]
    public void A_refusal_has_the_status_and_the_code_that_clients_act_on(
        Verdict verdict, int status, string type, string code, string? param)
    {
        var error = ErrorFor(verdict);

        Assert.Equal((status, type, code, param), (error.Status, error.Type, error.Code, error.Param));
    }

    /// <summary>A version whose secret nobody has fetched has no time that could be named.</summary>
    [Theory]
    [InlineData(0, null)]
    [InlineData(7_200_000, 7_200_000)]
    public void Who_comes_before_a_keys_time_hears_how_long_that_is_if_anybody_knows(int wait, int? told)
    {
        var error = ApiError.For(
            Verdict.KeyNotYetActive, Some.Call(), refusedBy: null, TimeSpan.FromMilliseconds(wait));

        Assert.Equal(told is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null, error.RetryAfter);
    }

    /// <summary>Guards against an admitted call answered with an error, and a verdict that nobody gave.</summary>
    [Theory]
    [InlineData(Verdict.None)]
    [InlineData(Verdict.Admitted)]
    public void What_is_no_refusal_has_no_error(Verdict verdict) =>
        Assert.Throws<System.Diagnostics.UnreachableException>(() => ErrorFor(verdict));

    [Theory]
    [InlineData(0, "1", "1", "true")]
    [InlineData(1, "1", "1", "true")]
    [InlineData(1_001, "2", "1001", "true")]
    [InlineData(59_500, "60", "59500", "true")]
    [InlineData(60_000, "60", "60000", "true")]
    [InlineData(60_001, "61", "60001", "false")]
    [InlineData(61_000, "61", "61000", "false")]
    [InlineData(121_000, "121", "121000", "false")]
    public async Task A_wait_is_rounded_up_and_one_above_a_minute_is_not_worth_a_retry(
        int milliseconds, string retryAfter, string retryAfterMs, string shouldRetry)
    {
        var error = ApiError.For(
            Verdict.RateLimited, Some.Call(), "rpm", TimeSpan.FromMilliseconds(milliseconds));

        var exchange = await Answered(error);

        Assert.Equal(retryAfter, exchange.Headers.RetryAfter);
        Assert.Equal(retryAfterMs, exchange.Headers["retry-after-ms"]);
        Assert.Equal(shouldRetry, exchange.Headers["x-should-retry"]);
        Assert.Equal($"Rate limit 'rpm' reached. Please try again in {retryAfter}s.", exchange.Message);
    }

    /// <summary>Guards who is told: a client can do nothing about what the others of its tenant use.</summary>
    [Theory]
    [InlineData(Verdict.RateLimited, "Rate limit 'l' of your tenant of tokens reached. Please try again in 2s.")]
    [InlineData(
        Verdict.QuotaExhausted, "You exceeded the current quota of your tenant ('l', tokens). Check your plan.")]
    [InlineData(
        Verdict.NoFreeSlot, "Too many requests at once (limit 'l' of your tenant). Please try again in 2s.")]
    [InlineData(
        Verdict.TooLarge,
        "Request too large for rate limit 'l' of your tenant: it may need 1200 tokens, and the limit holds 1000 tokens "
        + "at most. Send or ask for less at once.")]
    public void A_refusal_says_that_the_limit_is_the_tenants(Verdict verdict, string message)
    {
        var reply = new AdmitReply(verdict, TimeSpan.FromSeconds(2), default, "tenant/l", default, 1)
        {
            Shortage = new LimitShortage("tokens", 1_200, 1_000),
        };

        Assert.Equal(message, ApiError.For(reply, Some.Call()).Message);
    }

    [Theory]
    [InlineData(Verdict.RateLimited, "Rate limit 'l' of tokens reached. Please try again in 2s.")]
    [InlineData(Verdict.QuotaExhausted, "You exceeded your current quota ('l', tokens). Check your plan.")]
    [InlineData(
        Verdict.TooLarge,
        "Request too large for rate limit 'l': it may need 1200 tokens, and the limit holds 1000 tokens at most. "
        + "Send or ask for less at once.")]
    public void A_refusal_names_the_limit_and_what_it_counts(Verdict verdict, string message)
    {
        var reply = new AdmitReply(verdict, TimeSpan.FromSeconds(2), default, "l", default, 1)
        {
            Shortage = new LimitShortage("tokens", 1_200, 1_000),
        };

        Assert.Equal(message, ApiError.For(reply, Some.Call()).Message);
    }

    [Fact]
    public async Task A_part_of_a_millisecond_is_a_whole_one()
    {
        var error = ApiError.For(Verdict.NoFreeSlot, Some.Call(), "slots", TimeSpan.FromTicks(10_001));

        var exchange = await Answered(error);

        Assert.Equal("2", exchange.Headers["retry-after-ms"]);
    }

    [Theory]
    [InlineData(Verdict.UnknownKey)]
    [InlineData(Verdict.ModelForbidden)]
    [InlineData(Verdict.QuotaExhausted)]
    [InlineData(Verdict.TooLarge)]
    public async Task Where_waiting_does_not_help_clients_are_told_to_stop(Verdict verdict)
    {
        var exchange = await Answered(ErrorFor(verdict));

        Assert.Equal(0, exchange.Headers.RetryAfter.Count);
        Assert.Equal(0, exchange.Headers["retry-after-ms"].Count);
        Assert.Equal("false", exchange.Headers["x-should-retry"]);
    }

    [Theory, MemberData(nameof(Refusals))]
    public async Task Only_a_401_names_the_scheme_to_authenticate_by(Verdict verdict)
    {
        var exchange = await Answered(ErrorFor(verdict));

        Assert.Equal(exchange.Status == 401 ? "Bearer" : "", exchange.Headers.WWWAuthenticate.ToString());
    }

    /// <summary>Guards against words by which LangChain takes a limit that passes for one that stays.</summary>
    [Theory]
    [InlineData(Verdict.NoFreeSlot)]
    [InlineData(Verdict.RateLimited)]
    [InlineData(Verdict.Pending)]
    public void What_passes_is_not_told_in_words_that_make_clients_stop(Verdict verdict)
    {
        var error = ErrorFor(verdict);

        Assert.DoesNotMatch(StopPhrases(), error.Message);
        Assert.NotEqual("insufficient_quota", error.Code);
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    public void A_long_model_name_is_shown_in_part()
    {
        var model = new string('m', 100);

        Assert.Contains($"'{model}'", ApiError.ModelNotFound(model).Message, StringComparison.Ordinal);
        Assert.Contains($"'{model}…'", ApiError.ModelNotFound(model + "m").Message, StringComparison.Ordinal);
    }

    /// <summary>Guards against a page of someone else's in a client's terminal.</summary>
    [Fact]
    public async Task A_model_name_is_data_in_the_body_whatever_it_says()
    {
        var exchange = await Answered(ApiError.ModelNotFound("\"},\"x\":\ud83d<script>"));

        Assert.Equal(
            "The model '\"},\"x\":\ufffd<script>' does not exist or you do not have access to it.", exchange.Message);
        Assert.DoesNotContain("<script>", exchange.Text, StringComparison.Ordinal);
    }

    private static ApiError ErrorFor(Verdict verdict)
    {
        ModelCall call = Some.Call();
        return ApiError.For(verdict, call, "limit", TimeSpan.FromSeconds(2));
    }

    private static async Task<Exchange> Answered(ApiError error)
    {
        var exchange = new Exchange(Some.Call());
        await error.WriteAsync(exchange.Context);
        return exchange;
    }

    [GeneratedRegex("billing|credit balance|will reset at|quota exhausted", RegexOptions.IgnoreCase)]
    private static partial Regex StopPhrases();
}
