using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Cluster;

/// <summary>The page at /cluster: open to all, because nothing is in it.</summary>
public sealed partial class ClusterPageTests(SharedSluice shared)
{
    [Fact]
    public async Task The_page_needs_no_key_and_runs_nothing_but_its_own_script()
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(shared.Sluice.Admin, "/cluster"), Patience.Token);
        var html = await answer.Content.ReadAsStringAsync(Patience.Token);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        foreach (var element in new[] { "script", "style" })
        {
            var text = Assert.Single(Regex.Matches(html, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline))
                .Groups[1].Value;
            var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
            Assert.Contains($"{element}-src 'sha256-{hash}'", policy, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere_and_keeps_the_key_nowhere()
    {
        using var http = new HttpClient();
        var html = await http.GetStringAsync(new Uri(shared.Sluice.Admin, "/cluster"), Patience.Token);

        Assert.DoesNotMatch(Elsewhere(), html);
        foreach (var place in new[]
        {
            "localStorage", "sessionStorage", "document.cookie", "indexedDB", "location", "history.", "innerHTML",
        })
        {
            Assert.DoesNotContain(place, html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_page_is_only_looked_at()
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(shared.Sluice.Admin, "/cluster"), null, Patience.Token);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [GeneratedRegex("(src|href)\\s*=|https?:|//[a-z]|@import|url\\(", RegexOptions.IgnoreCase)]
    private static partial Regex Elsewhere();
}
