using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Keys;

/// <summary>
/// A key that somebody has found is worth nothing from then on, and nobody can end a key without having it.
/// </summary>
public sealed class LeakTests(SharedSluice shared)
{
    [Fact]
    public async Task A_key_that_is_shown_is_revoked_and_the_trail_says_where_it_was_found()
    {
        var access = await shared.Admins.NewAccessAsync();

        var (status, answer) = await ReportAsync(
            new { key = access.Key, found = "https://paste.example/1 slk_live_x" });

        Assert.Equal((200, """{"revoked":true}"""), (status, answer));
        (await shared.Sluice.With(access.Key).ChatAsync()).IsError(401, "api_key_revoked");
        var trail = (await shared.Admins.GetAsync($"clients/{access.ClientId}/keys")).Is(HttpStatusCode.OK).Body;
        Assert.Contains("reported as leaked: https://paste.example/1", trail, StringComparison.Ordinal);
        Assert.DoesNotContain("slk_live_x", trail, StringComparison.Ordinal);
        Assert.Equal(200, (await ReportAsync(new { key = access.Key })).Status);
    }

    [Fact]
    public async Task Nobody_ends_a_key_without_having_it()
    {
        var access = await shared.Admins.NewAccessAsync();

        Assert.Equal(401, (await ReportAsync(new { key = WrongKeys.OtherSecret(access.Key) })).Status);
        Assert.Equal(401, (await ReportAsync(new { key = WrongKeys.Mistyped(access.Key) })).Status);
        Assert.Equal(400, (await ReportAsync(new { found = "somewhere" })).Status);
        Assert.Equal(400, (await ReportAsync(new { key = new string('a', 5_000) })).Status);
        (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);
    }

    [Fact]
    public async Task Without_anybody_to_write_to_there_is_no_security_text()
    {
        using var answer = await shared.Sluice.Http.GetAsync("/.well-known/security.txt", Patience.Token);

        Assert.Equal(404, (int)answer.StatusCode);
    }

    private async Task<(int Status, string Body)> ReportAsync(object report)
    {
        using var answer = await shared.Sluice.Http.PostAsync(
            "/leaked-keys",
            new StringContent(
                JsonSerializer.Serialize(report), Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json")),
            Patience.Token);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Patience.Token));
    }
}
