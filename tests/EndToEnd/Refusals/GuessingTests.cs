using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.Testing;

namespace Sluice.EndToEnd.Refusals;

/// <summary>
/// Whoever tries keys costs the silos no questions, keeps nobody else out, and is in the audit trail.
/// </summary>
public sealed class GuessingTests
{
    private const int WrongKeysPerMinute = 10;

    [Fact]
    public async Task Who_tries_keys_is_held_back_and_noted_and_its_neighbours_with_known_keys_are_served()
    {
        using var folder = new TempFolder();
        await using var pool = await SharedSluice.PoolAsync(new SimulatedPool.SimulatedPoolOptions());
        await using var sluice = await SluiceProcess.StartAsync(new SluiceSettings
        {
            Data = folder.In("data"),
            Pool = pool.Address,
            Environment = new Dictionary<string, string>
            {
                ["Edge__WrongKeysPerMinute"] = $"{WrongKeysPerMinute}",
                ["Edge__TrustedProxies__0"] = "127.0.0.0/8",
                ["Edge__TrustedProxies__1"] = "::1/128",
                ["Edge__RefusalPeriod"] = "00:00:01",
                ["Edge__SecurityContact"] = "mailto:security@example.com",
            },
        });
        var (known, unknown) = (await sluice.Admins.NewAccessAsync(), await sluice.Admins.NewAccessAsync());
        (await ChatAsync(sluice, known.Key, from: "203.0.113.7")).Is(200);

        for (var i = 0; i < WrongKeysPerMinute; i++)
        {
            (await ChatAsync(sluice, WrongKeys.OtherSecret(known.Key), $"203.0.113.{i}"))
                .IsError(401, "invalid_api_key");
        }

        var held = await ChatAsync(sluice, WrongKeys.OtherSecret(unknown.Key), from: "203.0.113.99");
        held.IsError(429, "too_many_wrong_keys");
        Assert.InRange(int.Parse(held.Headers["Retry-After"], null), 1, 60);
        (await ChatAsync(sluice, known.Key, from: "203.0.113.99")).Is(200);
        (await ChatAsync(sluice, unknown.Key, from: "203.0.113.99")).IsError(429, "too_many_wrong_keys");
        (await ChatAsync(sluice, unknown.Key, from: "198.51.100.1")).Is(200);

        // Before the proxy's own word anybody may have written anything.
        (await ChatAsync(sluice, WrongKeys.OtherSecret(unknown.Key), from: "198.51.100.1, 203.0.113.99"))
            .IsError(429, "too_many_wrong_keys");
        await NotedAsync(sluice, known.ClientId);
        var text = await sluice.Http.GetStringAsync("/.well-known/security.txt", Patience.Token);
        Assert.StartsWith("Contact: mailto:security@example.com\nExpires: 20", text, StringComparison.Ordinal);
    }

    private static async Task NotedAsync(SluiceProcess sluice, string clientId)
    {
        long unknown = 0, held = 0;
        var all = "";
        await Eventually.True(
            async () =>
            {
                all = (await sluice.Admins.GetAsync("audit?subject=network/203.0.113.0/24")).Is(HttpStatusCode.OK).Body;
                var details = all.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => JsonNode.Parse((string)JsonNode.Parse(line)!["detail"]!)!["refused"]!).ToList();
                unknown = details.Sum(refused => (long?)refused["unknown"] ?? 0);
                held = details.Sum(refused => (long?)refused["heldBack"] ?? 0);
                return unknown == WrongKeysPerMinute && held == 3;
            },
            "what was refused is in the trail");
        Assert.Contains("\"action\":\"credential.refuse\"", all, StringComparison.Ordinal);
        Assert.Contains("\"actor\":\"edge/", all, StringComparison.Ordinal);
        Assert.Contains(clientId, all, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.99", all, StringComparison.Ordinal);
    }

    private static Task<EdgeAnswer> ChatAsync(SluiceProcess sluice, string key, string from)
    {
        var client = sluice.With(key);
        var request = client.Request(HttpMethod.Post, EdgeClient.Chat, EdgeClient.ChatBody());
        request.Headers.Add("X-Forwarded-For", from);
        return client.SendAsync(request);
    }
}
