using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.Testing.Judging;

namespace Sluice.Chaos.Processes;

/// <summary>The admin API of the cluster: asks one silo after the other until one answers.</summary>
internal sealed class Admin(string key, Func<IReadOnlyList<Uri>> silos) : IDisposable
{
    private static readonly string[] AllModels = ["*"];

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Makes a client with a plan and a key of its own.</summary>
    internal async Task<(string Id, string Key)> NewClientAsync(string name, Terms? terms = null)
    {
        terms ??= new Terms();
        await PostAsync("plans", new
        {
            plan = name,
            models = new { use = AllModels },
            limits = terms.ToLimits(),
            fence = terms.IsLenient ? "lenient" : "strict",
            reserveFullCap = terms.Tokens is not null && !terms.LearnsOutput,
            degraded = new { mode = terms.IsOpen ? "open" : "closed" },
        });
        var client = await PostAsync("clients", new { tenant = "chaos", name, plan = name });
        var id = (string)client["id"]!;
        var issued = await PostAsync($"clients/{id}/keys", new { label = "chaos" });
        return (id, (string)issued["key"]!);
    }

    /// <exception cref="HttpRequestException">No silo did it.</exception>
    internal async Task<JsonNode> PostAsync(string path, object body) =>
        await TryPostAsync(path, body) ?? throw new HttpRequestException($"No silo took {path}.");

    /// <summary>Changes something; null when it is not known whether it was changed.</summary>
    internal Task<JsonNode?> TryPostAsync(string path, object body) => TryAsync(HttpMethod.Post, path, body);

    /// <exception cref="HttpRequestException">No silo answered.</exception>
    internal async Task<JsonNode> GetAsync(string path) =>
        await TryAsync(HttpMethod.Get, path, null) ?? throw new HttpRequestException($"No silo told {path}.");

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode?> TryAsync(HttpMethod method, string path, object? body)
    {
        foreach (var silo in silos())
        {
            using var request = new HttpRequestMessage(method, new Uri(silo, $"/admin/v1/{path}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            request.Content = body is null ? null : JsonContent.Create(body);
            try
            {
                using var response = await _http.SendAsync(request);
                var text = await response.Content.ReadAsStringAsync();
                if (response.IsSuccessStatusCode)
                {
                    return JsonNode.Parse(text);
                }

                Assert.False((int)response.StatusCode is 401 or 403, $"{silo} does not know the administrator: {text}");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // This silo is away. The next one is asked.
            }
        }

        return null;
    }
}
