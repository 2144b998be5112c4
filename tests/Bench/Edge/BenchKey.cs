using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Sluice.Bench.Edge;

/// <summary>Clients made for the benchmark, whose plans refuse nothing.</summary>
internal static class BenchKey
{
    private const string Tenant = "bench";

    private static readonly string[] AllModels = ["*"];

    private static readonly object[] OnRequests =
    [
        new { name = "requests", kind = "rate", amount = 60_000_000, period = "1m" },
        new { name = "monthly", kind = "quota", amount = 1_000_000_000, calendar = "month" },
    ];

    private static readonly object[] OnEverything =
    [
        .. OnRequests,
        new { name = "at-once", kind = "concurrency", amount = 1_000 },
        new { name = "tokens", kind = "rate", unit = "tokens", amount = 1_000_000_000, period = "1m" },
        new { name = "daily", kind = "quota", unit = "tokens", amount = 1_000_000_000_000, calendar = "day" },
    ];

    /// <summary>A client with limits of every kind: its grain is asked about each call.</summary>
    /// <returns>The text of its key.</returns>
    public static Task<string> IssueAsync(Uri admin, string adminKey, CancellationToken cancellationToken) =>
        IssueAsync(admin, adminKey, "everything", OnEverything, cancellationToken);

    /// <summary>A client whose limits count requests alone, so that its edge gets chunks.</summary>
    /// <returns>The text of its key.</returns>
    public static Task<string> IssueForChunksAsync(
        Uri admin, string adminKey, CancellationToken cancellationToken) =>
        IssueAsync(admin, adminKey, "requests", OnRequests, cancellationToken);

    private static async Task<string> IssueAsync(
        Uri admin, string adminKey, string name, object[] limits, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(admin, "/admin/v1/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        var tenant = $"{Tenant}-{name}";
        await PostAsync(http, "tenants", new { tenant }, cancellationToken);
        var plan = new { plan = name, models = new { use = AllModels }, limits };
        await PostAsync(http, "plans", plan, cancellationToken);
        using var client = await PostAsync(http, "clients", new { tenant, name, plan = name }, cancellationToken);
        var id = client.RootElement.GetProperty("id").GetString();
        using var key = await PostAsync(http, $"clients/{id}/keys", new { label = name }, cancellationToken);
        return key.RootElement.GetProperty("key").GetString()!;
    }

    private static async Task<JsonDocument> PostAsync<T>(
        HttpClient http, string path, T body, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync(path, body, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(text)
            : throw new BenchException($"the admin API refused {path} with {(int)answer.StatusCode}: {text}");
    }
}
