using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Refusals;

/// <summary>Who is let in, and what the others hear.</summary>
public sealed class KeyTests(SharedSluice shared)
{
    [Fact]
    public async Task Without_a_key_it_is_401_with_a_challenge()
    {
        var answer = await shared.Sluice.With(null).ChatAsync();

        answer.IsError(401, "invalid_api_key");
        Assert.Equal("Bearer", answer.Headers["WWW-Authenticate"]);
        Assert.Equal("false", answer.Headers["x-should-retry"]);
    }

    [Fact]
    public async Task A_mistyped_key_is_told_from_a_wrong_one()
    {
        var access = await shared.Admins.NewAccessAsync();

        var answer = await shared.Sluice.With(WrongKeys.Mistyped(access.Key)).ChatAsync();

        answer.IsError(401, "invalid_api_key");
        Assert.Contains("checksum", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk-proj-abcdefghijklmnopqrstuvwxyz")]
    [InlineData("slk_")]
    [InlineData("slk_live_short")]
    public async Task A_text_that_is_no_key_of_ours_is_401(string key) =>
        (await shared.Sluice.With(key).ChatAsync()).IsError(401, "invalid_api_key");

    [Fact]
    public async Task The_key_of_a_client_that_does_not_exist_is_401()
    {
        var access = await shared.Admins.NewAccessAsync();
        var client = shared.Sluice.With(WrongKeys.OtherClient(access.Key));

        (await client.ChatAsync()).IsError(401, "invalid_api_key");
        (await client.ChatAsync(model: "no-such-model")).IsError(401, "invalid_api_key");
        (await client.GetAsync("/v1/models")).IsError(401, "invalid_api_key");
    }

    [Fact]
    public async Task A_key_works_from_where_its_client_may_be_and_a_change_counts_at_once()
    {
        var access = await shared.Admins.NewAccessAsync();
        var client = shared.Sluice.With(access.Key);
        (await AllowAsync("10.0.0.0/8")).Is(HttpStatusCode.OK);

        (await client.ChatAsync()).IsError(403, "address_not_allowed");
        (await client.GetAsync("/v1/models")).IsError(403, "address_not_allowed");
        (await shared.Sluice.With(WrongKeys.OtherSecret(access.Key)).ChatAsync()).IsError(401, "invalid_api_key");

        (await AllowAsync("127.0.0.1", "::1")).Is(HttpStatusCode.OK);
        (await client.ChatAsync()).Is(200);

        Assert.Contains("office", (await AllowAsync("office")).Is(HttpStatusCode.BadRequest).Json.ToJsonString(),
            StringComparison.Ordinal);

        Task<AdminAnswer> AllowAsync(params string[] allowedAddresses) =>
            shared.Admins.PatchAsync($"clients/{access.ClientId}", new { allowedAddresses });
    }

    /// <summary>Guards clients whose calls somebody might send again.</summary>
    [Fact]
    public async Task A_call_of_a_client_that_wants_none_twice_is_let_through_once_under_its_name()
    {
        var access = await shared.Admins.NewAccessAsync();
        var client = shared.Sluice.With(access.Key);
        (await shared.Admins.PatchAsync($"clients/{access.ClientId}", new { replay = "nonce" })).Is(HttpStatusCode.OK);
        var nonce = Guid.CreateVersion7().ToString();

        (await client.ChatAsync()).IsError(400, "idempotency_key_required");
        (await SendAsync(nonce)).Is(200);
        var replayed = await SendAsync(nonce);
        replayed.IsError(409, "request_replayed");
        Assert.Equal("false", replayed.Headers["x-should-retry"]);
        (await SendAsync(Guid.CreateVersion7().ToString())).Is(200);

        Task<EdgeAnswer> SendAsync(string name)
        {
            var request = client.Request(HttpMethod.Post, EdgeClient.Chat, EdgeClient.ChatBody());
            request.Headers.Add("Idempotency-Key", name);
            return client.SendAsync(request);
        }
    }

    /// <summary>Guards a client's numbers from all who know its id, which stands readable in its keys.</summary>
    [Fact]
    public async Task A_wrong_secret_hears_nothing_of_the_limits()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(5, "1h"));

        var answer = await shared.Sluice.With(WrongKeys.OtherSecret(access.Key)).ChatAsync();

        answer.IsError(401, "invalid_api_key");
        Assert.DoesNotContain(answer.Headers.Keys, name => name.StartsWith("x-ratelimit", StringComparison.Ordinal));
        Assert.DoesNotContain("x-sluice-limit", answer.Headers.Keys);
    }

    [Theory]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "bearer ")]
    [InlineData("api-key", "")]
    [InlineData("x-api-key", "")]
    public async Task A_key_is_taken_from_each_header_that_clients_use(string header, string scheme)
    {
        var access = await shared.Admins.NewAccessAsync();
        using var request = shared.Sluice.With(null).Request(HttpMethod.Post, EdgeClient.Chat, EdgeClient.ChatBody());
        request.Headers.TryAddWithoutValidation(header, scheme + access.Key);

        (await shared.Sluice.With(null).SendAsync(request)).Is(200);
    }

    [Fact]
    public async Task A_suspended_client_is_403_at_once_and_works_again_afterwards()
    {
        var access = await shared.Admins.NewAccessAsync();
        var client = shared.Sluice.With(access.Key);
        (await client.ChatAsync()).Is(200);

        await shared.Admins.PatchAsync($"clients/{access.ClientId}", new { suspended = true });
        (await client.ChatAsync()).IsError(403, "client_suspended");
        (await client.GetAsync("/v1/models")).IsError(403, "client_suspended");

        await shared.Admins.PatchAsync($"clients/{access.ClientId}", new { suspended = false });
        (await client.ChatAsync()).Is(200);
    }

    [Fact]
    public async Task An_unknown_url_is_404_and_a_wrong_method_405()
    {
        var client = shared.Sluice.With((await shared.Admins.NewAccessAsync()).Key);

        (await client.GetAsync("/v1/no/such")).IsError(404, "unknown_url");
        (await client.GetAsync("/no/such")).IsError(404, "unknown_url");
        (await client.GetAsync(EdgeClient.Chat)).IsError(405, "method_not_allowed");
        (await client.PostAsync("{}", "/v1/models")).IsError(405, "method_not_allowed");
    }

    [Fact]
    public async Task Two_keys_in_one_header_are_none()
    {
        var access = await shared.Admins.NewAccessAsync();
        using var request = shared.Sluice.With(null).Request(HttpMethod.Post, EdgeClient.Chat, EdgeClient.ChatBody());
        request.Headers.TryAddWithoutValidation("x-api-key", [access.Key, access.Key]);

        var answer = await shared.Sluice.With(null).SendAsync(request);

        answer.IsError(401, "invalid_api_key");
    }

    /// <summary>Over a bare socket: an HTTP client may only see that the server hung up on it.</summary>
    [Fact]
    public async Task A_header_of_a_megabyte_is_431()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(shared.Sluice.Edge.Host, shared.Sluice.Edge.Port, Patience.Token);
        var stream = socket.GetStream();
        var begin = Encoding.ASCII.GetBytes($"POST {EdgeClient.Chat} HTTP/1.1\r\nHost: edge\r\nx-large: ");
        await stream.WriteAsync(begin, Patience.Token);
        var sending = stream.WriteAsync(Enumerable.Repeat((byte)'a', 1 << 20).ToArray(), Patience.Token).AsTask();

        using var reader = new StreamReader(stream, Encoding.ASCII);
        var status = await reader.ReadLineAsync(Patience.Token);

        Assert.StartsWith("HTTP/1.1 431", status, StringComparison.Ordinal);
        await sending.ContinueWith(_ => { }, TaskScheduler.Default); // It may have failed: nobody wanted the rest.
        (await shared.Sluice.With((await shared.Admins.NewAccessAsync()).Key).ChatAsync()).Is(200);
    }
}
