using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.Testing;

namespace Sluice.EndToEnd.Audit;

/// <summary>Every request is in the call log, accepted or refused, and none of what must stay unknown.</summary>
public sealed class CallLogTests(SharedSluice shared)
{
    [Fact]
    public async Task Calls_that_were_accepted_and_refused_are_in_the_log_with_how_they_ended()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(1, "1h"));
        var client = shared.Sluice.With(access.Key);
        var served = (await client.ChatAsync()).Is(200);
        var refused = await client.ChatAsync();
        refused.IsError(429, "rate_limit_exceeded");
        (await shared.Sluice.With(WrongKeys.OtherSecret(access.Key)).ChatAsync()).IsError(401, "invalid_api_key");
        (await client.ChatAsync(model: "no-such-model")).IsError(404, "model_not_found");

        var calls = await CallsAsync($"?client={access.ClientId}", count: 4);

        Assert.Equal([200, 429, 401, 404], calls.Select(call => (int)call["status"]!));
        Assert.Equal(
            ["", "rate_limit_exceeded", "invalid_api_key", "model_not_found"],
            calls.Select(call => (string?)call["code"] ?? ""));
        Assert.Equal(served.Headers["x-request-id"], (string)calls[0]["requestId"]!);
        Assert.Equal(served.Headers["x-sluice-decision"], (string)calls[0]["decision"]!);
        Assert.Equal(refused.Headers["x-sluice-decision"], (string)calls[1]["decision"]!);
        Assert.All(calls, call =>
        {
            Assert.Equal(("POST", "/v1/chat/completions"), ((string)call["method"]!, (string)call["path"]!));
            Assert.Contains((string)call["clientIp"]!, (string[])["127.0.0.1", "::1"]);
            Assert.True((double)call["latencyMs"]! > 0);
        });
        Assert.Equal(EdgeClient.Model, (string)calls[0]["model"]!);
        Assert.NotEmpty((string)calls[0]["pool"]!);
        var found = Assert.Single(await CallsAsync($"?client={access.ClientId}&status=429", count: 1));
        Assert.Equal(refused.Headers["x-request-id"], (string)found["requestId"]!);
    }

    [Fact]
    public async Task A_question_that_makes_no_sense_is_told_all_of_its_mistakes()
    {
        var answer = await shared.Admins.GetAsync(
            "calls?client=x&from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z&status=7&limit=0");

        answer.Is(HttpStatusCode.BadRequest);
        foreach (var place in (string[])["client:", "from:", "status:", "limit:"])
        {
            Assert.Contains(place, answer.Body, StringComparison.Ordinal);
        }
    }

    private async Task<List<JsonNode>> CallsAsync(string query, int count)
    {
        List<JsonNode> found = [];
        await Eventually.True(
            async () =>
            {
                var body = (await shared.Admins.GetAsync($"calls{query}")).Is(HttpStatusCode.OK).Body;
                found = [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => JsonNode.Parse(line)!)
                    .OrderBy(call => Convert.ToInt64(((string)call["requestId"]!).Split('_')[2], 16))];
                return found.Count == count;
            },
            $"{count} calls of {query} are in the log");
        return found;
    }
}
