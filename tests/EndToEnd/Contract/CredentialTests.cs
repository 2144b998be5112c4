using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Contract;

/// <summary>What a pool gets to see: its own key, and nothing that a client could be known or robbed by.</summary>
public sealed class CredentialTests(SharedSluice shared)
{
    /// <summary>What proxies on the way say of where a request comes from.</summary>
    private static readonly string[] NamesOfClients =
        ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via"];

    [Theory]
    [InlineData("Authorization")]
    [InlineData("api-key")]
    [InlineData("x-api-key")]
    public async Task No_credential_of_a_client_reaches_the_pool(string header)
    {
        var access = await shared.Admins.NewAccessAsync();
        var client = shared.Sluice.With(null);
        var request = client.Request(HttpMethod.Post, EdgeClient.Chat, EdgeClient.ChatBody());
        foreach (var name in new[] { "api-key", "x-api-key" })
        {
            request.Headers.TryAddWithoutValidation(name, access.Key);
        }

        var scheme = header == "Authorization" ? "Bearer " : "";
        request.Headers.Remove(header);
        request.Headers.TryAddWithoutValidation(header, scheme + access.Key);
        request.Headers.TryAddWithoutValidation("Cookie", "session=of-the-client");
        request.Headers.TryAddWithoutValidation("Proxy-Authorization", "Basic of-the-client");
        request.Headers.TryAddWithoutValidation("OpenAI-Organization", "org-of-the-client");
        request.Headers.TryAddWithoutValidation("OpenAI-Project", "project-of-the-client");
        foreach (var name in NamesOfClients)
        {
            request.Headers.TryAddWithoutValidation(name, "192.0.2.7");
        }

        request.Headers.TryAddWithoutValidation("x-request-id", "chosen-by-the-client");
        request.Headers.TryAddWithoutValidation("x-test-client", access.ClientId);

        var answer = (await client.SendAsync(request)).Is(200);

        var seen = shared.Pool.Requests.Single(
            seen => seen.Headers.GetValueOrDefault("x-test-client") == access.ClientId);
        Assert.Equal($"Bearer {SharedSluice.PoolKey}", seen.Headers["Authorization"]);
        Assert.Equal(answer.Headers["x-request-id"], seen.Headers["x-request-id"]);
        Assert.All(seen.Headers, pair => Assert.DoesNotContain("slk_", pair.Value, StringComparison.Ordinal));
        Assert.All(seen.Headers, pair => Assert.DoesNotContain("of-the-client", pair.Value, StringComparison.Ordinal));
        Assert.All(seen.Headers, pair => Assert.DoesNotContain("192.0.2.7", pair.Value, StringComparison.Ordinal));
        Assert.All(NamesOfClients, name => Assert.DoesNotContain(name, seen.Headers.Keys));
        Assert.DoesNotContain("slk_", seen.Body, StringComparison.Ordinal);
    }

    /// <summary>Azure's clients add a version, and some people put their key where a browser would.</summary>
    [Theory]
    [InlineData("?api-version=2024-10-21")]
    [InlineData("?api_key=slk_of-the-client&a=b&a=c")]
    [InlineData("?")]
    public async Task What_stands_behind_the_question_mark_stays_at_the_edge(string query)
    {
        var access = await shared.Admins.NewAccessAsync();
        var client = shared.Sluice.With(access.Key);
        var request = client.Request(HttpMethod.Post, EdgeClient.Chat + query, EdgeClient.ChatBody());
        request.Headers.Add("x-test-client", access.ClientId);

        (await client.SendAsync(request)).Is(200);

        var seen = shared.Pool.Requests.Single(
            seen => seen.Headers.GetValueOrDefault("x-test-client") == access.ClientId);
        Assert.Equal(EdgeClient.Chat, seen.Target);
    }

    [Fact]
    public async Task Nothing_of_the_pool_but_its_answer_reaches_the_client()
    {
        var access = await shared.Admins.NewAccessAsync();

        var answer = (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);

        Assert.DoesNotContain("Server", answer.Headers.Keys);
        Assert.DoesNotContain("Set-Cookie", answer.Headers.Keys);
        Assert.DoesNotContain(SharedSluice.PoolKey, answer.Body, StringComparison.Ordinal);
    }
}
