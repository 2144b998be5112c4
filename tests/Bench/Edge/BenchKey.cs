using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Sluice.Bench.Edge;

/// <summary>A client made for the benchmark, whose plan has every kind of limit and refuses nothing.</summary>
internal static class BenchKey
{
    private const string Tenant = "bench";

    private static readonly string[] AllModels = ["*"];

    /// <returns>The text of its key.</returns>
    public static async Task<string> IssueAsync(Uri admin, string adminKey, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(admin, "/admin/v1/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        await PostAsync(http, "tenants", new { tenant = Tenant }, cancellationToken);
        await PostAsync(
            http,
            "plans",
            new
            {
                plan = Tenant,
                models = new { use = AllModels },
                limits = new object[]
                {
                    new { name = "requests", kind = "rate", amount = 1_000_000, period = "1s" },
                    new { name = "at-once", kind = "concurrency", amount = 1_000 },
                    new { name = "monthly", kind = "quota", amount = 1_000_000_000, calendar = "month" },
                },
            },
            cancellationToken);
        using var client = await PostAsync(
            http, "clients", new { tenant = Tenant, name = Tenant, plan = Tenant }, cancellationToken);
        var id = client.RootElement.GetProperty("id").GetString();
        using var key = await PostAsync(http, $"clients/{id}/keys", new { label = Tenant }, cancellationToken);
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
