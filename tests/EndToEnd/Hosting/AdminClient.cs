using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Sluice.EndToEnd.Hosting;

/// <summary>A client of an installation with a key of its own, made for one test.</summary>
public sealed record Access(string ClientId, string Key, int Version, string Tenant, string Name, string Plan);

/// <summary>The admin API as an operator's script uses it.</summary>
public sealed class AdminClient(HttpClient http, Uri address, string? key)
{
    private static int _lastNumber;

    /// <summary>The same API, with another key or none.</summary>
    public AdminClient As(string? otherKey) => new(http, address, otherKey);

    /// <summary>A name that nothing else in this run has.</summary>
    public static string NewName(string beginning = "t") => $"{beginning}-{Interlocked.Increment(ref _lastNumber)}";

    /// <summary>
    /// Sends a request to a path below /admin/v1, or to a whole one; the answer is not judged.
    /// </summary>
    public async Task<AdminAnswer> SendAsync(
        HttpMethod method, string path, object? body = null, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(address, "/admin/v1/"), path));
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        request.Content = body switch
        {
            null => null,
            string text => new StringContent(text, MediaTypeHeaderValue.Parse(mediaType)),
            _ => JsonContent.Create(body),
        };
        using var response = await http.SendAsync(request, Patience.Token);
        return new AdminAnswer(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(Patience.Token),
            response.Content.Headers.ContentType?.MediaType,
            string.Join(' ', response.Headers.WwwAuthenticate));
    }

    public Task<AdminAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<AdminAnswer> PostAsync(string path, object? body) => SendAsync(HttpMethod.Post, path, body);

    public Task<AdminAnswer> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, body);

    public Task<AdminAnswer> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, body);

    /// <summary>Makes a tenant, a plan with these limits, a client of both, and a key.</summary>
    public async Task<Access> NewAccessAsync(params object[] limits) => await NewAccessAsync("user", ["*"], [], limits);

    public async Task<Access> NewAccessAsync(string role, string[] use, string[] see, params object[] limits)
    {
        var (tenant, name, plan) = (NewName("tenant"), NewName("client"), NewName("plan"));
        (await PostAsync("tenants", new { tenant })).Is(HttpStatusCode.Created);
        (await PostAsync("plans", new { plan, models = new { use, see }, limits })).Is(HttpStatusCode.Created);
        var client = (await PostAsync("clients", new { tenant, name, plan, role })).Is(HttpStatusCode.Created);
        var id = client.Text("id");
        var issued = (await PostAsync($"clients/{id}/keys", new { label = "test" })).Is(HttpStatusCode.Created);
        return new Access(id, issued.Text("key"), (int)issued.Json["version"]!, tenant, name, plan);
    }

    /// <summary>What a client has in use.</summary>
    public async Task<ClientState> StateAsync(string clientId)
    {
        var state = (await GetAsync($"clients/{clientId}/state")).Is(HttpStatusCode.OK).Json;
        return new ClientState(
            [.. state["slots"]!.AsArray().Select(slot => (string)slot!["requestId"]!)],
            state["limits"]!.AsArray().ToDictionary(
                limit => (string)limit!["name"]!, limit => (long)limit!["used"]!));
    }

    /// <summary>Returns when none of the client's slots is taken.</summary>
    public async Task AllSlotsFreeAsync(string clientId) =>
        await Patience.UntilAsync(() => StateAsync(clientId), state => state.Slots.Count == 0);
}

/// <summary>What a client has in use: the request ids that hold slots, and what is used of each limit.</summary>
public sealed record ClientState(IReadOnlyList<string> Slots, IReadOnlyDictionary<string, long> Used);

/// <summary>An answer of the admin API.</summary>
public sealed record AdminAnswer(HttpStatusCode Status, string Body, string? ContentType, string Challenge)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>The sentence of a refusal.</summary>
    public string Detail => Text("detail");

    public string Text(string member) => (string)Json[member]!;

    /// <summary>Fails with the body when the status is another one.</summary>
    public AdminAnswer Is(HttpStatusCode expected)
    {
        Assert.True(Status == expected, $"{(int)Status} instead of {(int)expected}: {Body}");
        return this;
    }
}

/// <summary>Limits as the admin API takes them.</summary>
public static class Limits
{
    public static object Rate(long amount, string period, long? burst = null, string name = "requests") =>
        new { name, kind = "rate", amount, period, burst };

    public static object Slots(long amount, string name = "at-once") => new { name, kind = "concurrency", amount };

    public static object Quota(long amount, string name = "monthly") =>
        new { name, kind = "quota", amount, calendar = "month" };
}
