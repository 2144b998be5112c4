using System.Globalization;
using System.Text.Json.Nodes;
using OpenAI.Chat;
using Sluice.EndToEnd.Hosting;
using Sluice.EndToEnd.Sdks;

namespace Sluice.EndToEnd.Contract;

/// <summary>Limits of tokens, images and pages, from the words of an operator to the headers of an answer.</summary>
public sealed class TokenLimitTests(SharedSluice shared)
{
    private const string Picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAASwAAADICAIAAAA=";

    [Fact]
    public async Task A_call_is_charged_for_the_most_it_may_use_and_settled_by_what_it_used()
    {
        var access = await shared.Admins.NewAccessAsync(Rate("100000 tokens/week", "tpm"));
        var client = shared.Sluice.With(access.Key);

        var answer = (await client.ChatAsync("\"max_tokens\":5000")).Is(200);

        var used = (long)answer.Json["usage"]!["total_tokens"]!;
        Assert.InRange(used, 1, 200);
        Assert.Equal("100000", answer.Headers["x-ratelimit-limit-tokens"]);
        Assert.InRange(NumberIn(answer, "x-ratelimit-remaining-tokens"), 94_000, 94_999);
        var reset = GoDurationText.Read(answer.Headers["x-ratelimit-reset-tokens"]);
        Assert.InRange(reset, TimeSpan.FromDays(7) * 0.05, TimeSpan.FromDays(7) * 0.06);
        Assert.Equal("tpm", answer.Headers["x-sluice-limit"]);
        Assert.DoesNotContain("x-ratelimit-limit-requests", answer.Headers.Keys);
        await UsedAsync(access, "tpm", used);
        var next = (await client.ChatAsync("\"max_tokens\":5000")).Is(200);
        Assert.InRange(
            NumberIn(next, "x-ratelimit-remaining-tokens"),
            NumberIn(answer, "x-ratelimit-remaining-tokens") - used,
            NumberIn(answer, "x-ratelimit-remaining-tokens") - used + 1); // One may have refilled.
    }

    [Fact]
    public async Task A_plan_without_a_rate_of_tokens_has_no_headers_of_tokens()
    {
        var access = await shared.Admins.NewAccessAsync(
            Limits.Rate(10, "1h"), Rate("20 images/min", "ipm"), Quota("100000 tokens/day", "daily"));

        var answer = (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);

        Assert.DoesNotContain(answer.Headers.Keys, name => name.EndsWith("-tokens", StringComparison.Ordinal));
    }

    /// <summary>The wait that a refusal names is what a client obeys, and is enough to the millisecond.</summary>
    [Fact]
    public async Task A_rate_of_tokens_is_waited_for_by_the_client_itself()
    {
        // A call of 400 finds 100 of 500 after one like it, which used nearly nothing and is held.
        var access = await shared.Admins.NewAccessAsync(Rate("100 tokens/s burst 500", "tps"));
        using var held = await shared.Sluice.With(access.Key).StreamAsync("\"max_tokens\":360", "hang-after=1");
        Assert.Equal(200, held.Status);
        using var client = new DotNetClient(shared.Sluice, access.Key);

        ChatCompletion completion = await client.Chat().CompleteChatAsync(
            [new UserChatMessage("Hello")], new ChatCompletionOptions { MaxOutputTokenCount = 360 }, Patience.Token);

        Assert.NotEmpty(completion.Content[0].Text);
        Assert.Equal(2, client.Sent); // Refused once, and let in at the first repeat.
    }

    [Fact]
    public async Task A_rate_of_tokens_that_is_used_up_says_how_long()
    {
        var access = await shared.Admins.NewAccessAsync(Rate("10 tokens/s burst 500", "tps"));
        var client = shared.Sluice.With(access.Key);
        using var held = await client.StreamAsync("\"max_tokens\":360", "hang-after=1");

        var answer = (await client.ChatAsync("\"max_tokens\":360")).IsError(429, "rate_limit_exceeded");

        var cost = 500 - long.Parse(held.Headers["x-ratelimit-remaining-tokens"], CultureInfo.InvariantCulture);
        var shortOf = cost - NumberIn(answer, "x-ratelimit-remaining-tokens");
        Assert.InRange(NumberIn(answer, "retry-after-ms"), (shortOf * 100) - 100, shortOf * 100); // Ten a second.
        Assert.Equal("true", answer.Headers["x-should-retry"]);
        Assert.Equal("tps", answer.Headers["x-sluice-limit"]);
        Assert.StartsWith("Rate limit 'tps' of tokens reached.", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_can_never_fit_is_told_so_and_not_to_repeat()
    {
        var access = await shared.Admins.NewAccessAsync(Rate("1000 tokens/min", "tpm"));
        var client = shared.Sluice.With(access.Key);

        var answer = (await client.ChatAsync("\"max_tokens\":2000")).IsError(429, "rate_limit_exceeded");

        Assert.StartsWith(
            "Request too large for rate limit 'tpm': it may need 2", answer.Message, StringComparison.Ordinal);
        Assert.Contains("1000 tokens at most", answer.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Retry-After", answer.Headers.Keys);
        Assert.Equal("false", answer.Headers["x-should-retry"]);
        Assert.Equal("1000", answer.Headers["x-ratelimit-remaining-tokens"]); // It took nothing.
        (await client.ChatAsync()).Is(200); // A cap that nobody states is only guessed.
    }

    /// <summary>Guards against hanging up being cheaper than hearing the answer out.</summary>
    [Fact]
    public async Task A_stream_that_is_given_up_costs_its_input_and_what_was_seen_of_it()
    {
        var access = await shared.Admins.NewAccessAsync(
            Rate("100000 tokens/week", "all"), Rate("100000 input-tokens/week", "in"));
        var client = shared.Sluice.With(access.Key);
        using (var stream = await client.StreamAsync("\"max_tokens\":5000", "hang-after=3"))
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.NotNull(await stream.NextAsync());
            }
        }

        await shared.Admins.AllSlotsFreeAsync(access.ClientId);

        var used = (await shared.Admins.StateAsync(access.ClientId)).Used;
        Assert.InRange(used["in"], 10, 200);
        Assert.InRange(used["all"] - used["in"], 1, 20);
    }

    [Fact]
    public async Task A_stream_that_is_heard_out_costs_what_its_pool_says()
    {
        var access = await shared.Admins.NewAccessAsync(Rate("100000 output-tokens/week", "out"));

        using var stream = await shared.Sluice.With(access.Key)
            .StreamAsync("\"max_tokens\":5000,\"stream_options\":{\"include_usage\":true}");
        var usage = EdgeStream.UsageChunks(await stream.RestAsync()).Single()["usage"]!;

        await UsedAsync(access, "out", (long)usage["completion_tokens"]!);
    }

    [Fact]
    public async Task A_call_that_the_pool_refuses_costs_a_request_and_no_tokens()
    {
        var access = await shared.Admins.NewAccessAsync(Rate("100000 tokens/week", "all"), Limits.Rate(10, "1d"));

        await shared.Sluice.With(access.Key).ChatAsync(simulate: "status=400");

        await UsedAsync(access, "all", 0);
        Assert.Equal(1, (await shared.Admins.StateAsync(access.ClientId)).Used["requests"]);
    }

    [Fact]
    public async Task A_quota_of_tokens_by_the_day_ends_with_insufficient_quota()
    {
        var access = await shared.Admins.NewAccessAsync(Quota("1000 tokens/day", "daily"));
        var client = shared.Sluice.With(access.Key);
        var answer = (await client.ChatAsync("\"max_tokens\":400")).Is(200);
        await UsedAsync(access, "daily", (long)answer.Json["usage"]!["total_tokens"]!);

        var refused = (await client.ChatAsync("\"max_tokens\":990")).IsError(429, "insufficient_quota");

        var id = refused.Headers["x-sluice-decision"];
        Assert.Equal(
            $"You exceeded your current quota ('daily', tokens). Check your plan. (Decision {id}.)",
            refused.Message);
        Assert.Equal("false", refused.Headers["x-should-retry"]);
        Assert.DoesNotContain("Retry-After", refused.Headers.Keys);
    }

    [Fact]
    public async Task Images_are_counted_and_stay_counted()
    {
        var access = await shared.Admins.NewAccessAsync(Rate("3 images/week", "images"));
        var client = shared.Sluice.With(access.Key);

        (await client.PostAsync(WithPictures(2))).Is(200);
        var refused = (await client.PostAsync(WithPictures(2))).IsError(429, "rate_limit_exceeded");
        var never = (await client.PostAsync(WithPictures(4))).IsError(429, "rate_limit_exceeded");

        Assert.Contains("of images reached", refused.Message, StringComparison.Ordinal);
        Assert.Contains("it may need 4 images, and the limit holds 3 images", never.Message, StringComparison.Ordinal);
        await shared.Admins.AllSlotsFreeAsync(access.ClientId);
        Assert.Equal(2, (await shared.Admins.StateAsync(access.ClientId)).Used["images"]);
        (await client.ChatAsync()).Is(200); // Without images it costs none.
    }

    [Fact]
    public async Task Pages_are_counted_by_the_day_if_a_pool_worked_on_them()
    {
        var access = await shared.Admins.NewAccessAsync(Quota("2 pages/day", "pages"));
        var client = shared.Sluice.With(access.Key);
        (await client.PostAsync(WithTwoPages("\"type\":\"file\""))).Is(400); // This pool reads texts and images alone.
        await UsedAsync(access, "pages", 0);

        var worked = WithTwoPages("\"type\":\"text\",\"text\":\"Read it\""); // And passes over what else is there.
        (await client.PostAsync(worked)).Is(200);
        var refused = (await client.PostAsync(worked)).IsError(429, "insufficient_quota");

        Assert.Contains("('pages', pages)", refused.Message, StringComparison.Ordinal);
        await UsedAsync(access, "pages", 2);
    }

    [Fact]
    public async Task What_an_operator_writes_is_what_is_answered()
    {
        var plan = AdminClient.NewName("plan");
        var written = new
        {
            plan,
            reserveFullCap = true,
            limits = new[] { Rate("100000 tokens/min burst 200000", "tpm"), Quota("50 pages/day", "pages") },
        };

        (await shared.Admins.PostAsync("plans", written)).Is(System.Net.HttpStatusCode.Created);
        var answered = (await shared.Admins.GetAsync($"plans/{plan}")).Is(System.Net.HttpStatusCode.OK).Json;

        Assert.True((bool)answered["reserveFullCap"]!);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                [{"name":"tpm","kind":"rate","amount":100000,"burst":200000,"period":"1m","unit":"tokens"},
                 {"name":"pages","kind":"quota","amount":50,"calendar":"day","unit":"pages"}]
                """),
            Said(answered["limits"]!)), answered["limits"]!.ToJsonString());
        var refused = await shared.Admins.PostAsync(
            "plans", new { plan = plan + "-2", limits = new[] { Rate("5 token/min", "t") } });
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains(
            "limits[0].rate: 'token' is not a unit; write tokens.", refused.Detail, StringComparison.Ordinal);
    }

    private static object Rate(string rate, string name) => new { name, rate };

    private static object Quota(string quota, string name) => new { name, quota };

    private static long NumberIn(EdgeAnswer answer, string header) =>
        long.Parse(answer.Headers[header], CultureInfo.InvariantCulture);

    /// <summary>The members that say something.</summary>
    private static JsonArray Said(JsonNode limits) =>
    [
        .. limits.AsArray().Select(limit => new JsonObject(
            from member in limit!.AsObject()
            where member.Value is not null
            select KeyValuePair.Create(member.Key, (JsonNode?)member.Value.DeepClone()))),
    ];

    private static string WithTwoPages(string part)
    {
        var document = Convert.ToBase64String(
            "%PDF-1.4 1 0 obj <</Type /Page>> endobj 2 0 obj <</Type /Page>> endobj"u8);
        return $$$"""
            {"model":"{{{EdgeClient.Model}}}","messages":[{"role":"user","content":[
            { {{{part}}},"file":{"file_data":"data:application/pdf;base64,{{{document}}}"}}]}]}
            """;
    }

    private static string WithPictures(int count)
    {
        const string Part = $$$"""
            ,{"type":"image_url","image_url":{"url":"{{{Picture}}}","detail":"low"}}
            """;
        var pictures = string.Concat(Enumerable.Repeat(Part, count));
        return $$"""
            {"model":"{{EdgeClient.Model}}","messages":[{"role":"user","content":[
            {"type":"text","text":"Look"}{{pictures}}]}]}
            """;
    }

    /// <summary>Returns when the call has ended for its grain too; fails if it was settled by another figure.</summary>
    private async Task UsedAsync(Access access, string limit, long used)
    {
        await shared.Admins.AllSlotsFreeAsync(access.ClientId);
        Assert.Equal(used, (await shared.Admins.StateAsync(access.ClientId)).Used[limit]);
    }
}
