using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Admin;

/// <summary>From an answer to the numbers behind it; what would be; limits on trial; slots freed by hand.</summary>
public sealed class AdminExplanationTests(SharedSluice shared)
{
    private const string Header = "x-sluice-decision";

    [Fact]
    public async Task Every_answer_to_a_call_names_its_decision_and_the_admin_API_explains_it()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(1, "30s", burst: 1), Limits.Slots(5));
        var client = shared.Sluice.With(access.Key);

        var admitted = (await client.ChatAsync()).Is(200);
        var refused = (await client.ChatAsync()).IsError(429, "rate_limit_exceeded");

        var first = await ExplainedAsync(admitted);
        Assert.Equal(
            (admitted.Headers["x-request-id"], access.ClientId, "admitted", access.Plan, EdgeClient.Model),
            (Text(first, "requestId"), Text(first, "client"), Text(first, "verdict"), Text(first, "plan"),
                Text(first, "model")));
        var second = await ExplainedAsync(refused);
        Assert.Equal(
            ("rateLimited", "requests", "requests"),
            (Text(second, "verdict"), Text(second, "refusedBy"), Text(second, "bindingLimit")));
        Assert.Contains(refused.Headers[Header], refused.Message, StringComparison.Ordinal);
        var limits = second["limits"]!.AsArray().Select(limit => limit!).ToArray();
        Assert.Equal(["requests", "at-once"], limits.Select(limit => Text(limit, "name")));
        Assert.Equal([true, false], limits.Select(limit => (bool)limit["refuses"]!));
        Assert.Equal((1, 1, 0), ((int)limits[0]["limit"]!, (int)limits[0]["used"]!, (int)limits[0]["remaining"]!));
        Assert.InRange((double)limits[0]["retryAfterSeconds"]!, 0.001, 30);
    }

    [Fact]
    public async Task Answers_before_anyone_was_asked_and_lists_of_models_name_none()
    {
        var access = await shared.Admins.NewAccessAsync();
        var client = shared.Sluice.With(access.Key);

        Assert.DoesNotContain(Header, (await client.PostAsync("{")).Is(400).Headers.Keys);
        Assert.DoesNotContain(Header, (await shared.Sluice.With("nonsense").ChatAsync()).Is(401).Headers.Keys);
        Assert.DoesNotContain(Header, (await client.GetAsync("/v1/models")).Is(200).Headers.Keys);
    }

    [Fact]
    public async Task An_id_that_is_none_is_400_and_one_that_nobody_keeps_is_404()
    {
        var access = await shared.Admins.NewAccessAsync();
        var id = (await shared.Sluice.With(access.Key).ChatAsync()).Is(200).Headers[Header];

        (await shared.Admins.GetAsync($"decisions/{id[..^1]}x!")).Is(HttpStatusCode.BadRequest);
        var unknown = new Rules.Admission.DecisionId(access.ClientId, new(1, 123_456_789)).ToString();
        Assert.Contains(
            "too old", (await shared.Admins.GetAsync($"decisions/{unknown}")).Is(HttpStatusCode.NotFound).Detail,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_supposed_call_is_decided_and_takes_nothing()
    {
        var access = await shared.Admins.NewAccessAsync(
            Limits.Rate(1_000, "1h"), Limits.Slots(5), Limits.Quota(10_000));
        var body = new { tenant = access.Tenant, name = access.Name, model = EdgeClient.Model, inputTokens = 10 };
        (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);
        await Patience.UntilAsync(() => SupposedAsync(body), supposed => Text(supposed, "verdict") != "pending");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("admitted", Text(await SupposedAsync(body), "verdict"));
        }

        Assert.Equal(1, (await shared.Admins.StateAsync(access.ClientId)).Used["monthly"]);
    }

    [Fact]
    public async Task A_supposed_call_of_a_used_up_rate_is_told_so_and_has_no_id()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(3, "1h", burst: 1), Limits.Quota(10));
        (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);

        var supposed = await SupposedAsync(new { client = access.ClientId, model = EdgeClient.Model });

        Assert.Equal(("rateLimited", null), (Text(supposed, "verdict"), (string?)supposed["id"]));
        Assert.Equal(1, (await shared.Admins.StateAsync(access.ClientId)).Used["monthly"]);
    }

    [Theory]
    [InlineData("{}", "client")]
    [InlineData("""{"client":"x","model":"m"}""", "client")]
    [InlineData("""{"client":"0123456789Ab","tenant":"t","name":"n","model":"m"}""", "client")]
    [InlineData("""{"client":"0123456789Ab"}""", "model")]
    [InlineData("""{"client":"0123456789Ab","model":"m","keyVersion":0}""", "keyVersion")]
    [InlineData("""{"client":"0123456789Ab","model":"m","pages":-1}""", "pages")]
    public async Task What_cannot_be_supposed_is_400(string body, string member) => Assert.Contains(
        member, (await shared.Admins.PostAsync("explain", body)).Is(HttpStatusCode.BadRequest).Detail,
        StringComparison.Ordinal);

    [Fact]
    public async Task Whoever_may_look_may_suppose_and_not_release()
    {
        var access = await shared.Admins.NewAccessAsync("auditor", ["*"], []);
        var auditors = shared.Admins.As(access.Key);

        (await auditors.PostAsync("explain", new { client = access.ClientId, model = "m" })).Is(HttpStatusCode.OK);
        (await auditors.GetAsync($"clients/{access.ClientId}/slots")).Is(HttpStatusCode.OK);
        (await auditors.SendAsync(HttpMethod.Delete, $"clients/{access.ClientId}/slots/req_1_1"))
            .Is(HttpStatusCode.Forbidden);
        var user = await shared.Admins.NewAccessAsync();
        (await shared.Admins.As(user.Key).PostAsync("explain", new { client = user.ClientId, model = "m" }))
            .Is(HttpStatusCode.Forbidden);
    }

    /// <summary>Guards clients of a plan that a limit is tried on: no header and no status tells of it.</summary>
    [Fact]
    public async Task A_limit_on_trial_is_reported_to_operators_and_not_to_clients()
    {
        var trial = new { name = "trial", kind = "rate", amount = 1, period = "1h", shadow = true };
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(100, "1h"), trial);
        var client = shared.Sluice.With(access.Key);
        (await client.ChatAsync()).Is(200);

        var answer = (await client.ChatAsync()).Is(200);

        Assert.Equal(("requests", "98"), (
            answer.Headers["x-sluice-limit"], answer.Headers["x-ratelimit-remaining-requests"]));
        var trialled = (await ExplainedAsync(answer))["limits"]![1]!;
        Assert.Equal((true, true), ((bool)trialled["shadow"]!, (bool)trialled["refuses"]!));
        var state = (await shared.Admins.GetAsync($"clients/{access.ClientId}/state")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(1, (int)Assert.Single(state["shadowLimits"]!.AsArray())!["wouldRefuse"]!);
        var metrics = (await shared.Admins.GetAsync("/metrics")).Is(HttpStatusCode.OK).Body;
        var told = Assert.Single(metrics.Split('\n'), line =>
            line.StartsWith("sluice_shadow_refusals_total", StringComparison.Ordinal)
            && line.Contains($"plan=\"{access.Plan}\"", StringComparison.Ordinal));
        Assert.Contains("limit=\"trial\"", told, StringComparison.Ordinal);
        Assert.EndsWith(" 1", told.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_is_listed_and_freed_by_hand_and_its_call_goes_on()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Slots(1));
        var client = shared.Sluice.With(access.Key);
        using var running = await client.StreamAsync(simulate: "hang-after=1");
        (await client.ChatAsync()).IsError(429, "rate_limit_exceeded");

        var listed = (await shared.Admins.GetAsync($"clients/{access.ClientId}/slots")).Is(HttpStatusCode.OK).Json;
        var slot = Assert.Single(listed["items"]!.AsArray())!;
        Assert.Equal(
            (running.Headers["x-request-id"], running.Headers[Header], EdgeClient.Model),
            (Text(slot, "requestId"), Text(slot, "decisionId"), Text(slot, "model")));
        Assert.InRange((double)slot["ageSeconds"]!, 0, 60);
        for (var i = 0; i < 2; i++)
        {
            (await shared.Admins.SendAsync(
                HttpMethod.Delete, $"clients/{access.ClientId}/slots/{Text(slot, "requestId")}"))
                .Is(HttpStatusCode.NoContent);
        }

        (await client.ChatAsync()).Is(200);
        Assert.NotNull(await running.NextAsync());
        (await shared.Admins.SendAsync(HttpMethod.Delete, $"clients/{access.ClientId}/slots/nonsense"))
            .Is(HttpStatusCode.BadRequest);
        (await shared.Admins.SendAsync(HttpMethod.Delete, "clients/nobodynobody/slots/req_1_1"))
            .Is(HttpStatusCode.NotFound);
    }

    private static string Text(JsonNode node, string member) => (string)node[member]!;

    private async Task<JsonNode> ExplainedAsync(EdgeAnswer answer) =>
        (await shared.Admins.GetAsync($"decisions/{answer.Headers[Header]}")).Is(HttpStatusCode.OK).Json;

    private async Task<JsonNode> SupposedAsync(object body) =>
        (await shared.Admins.PostAsync("explain", body)).Is(HttpStatusCode.OK).Json;
}
