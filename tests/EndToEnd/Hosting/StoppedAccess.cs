using System.Net;

namespace Sluice.EndToEnd.Hosting;

/// <summary>A client whose streams run into the end of a quota.</summary>
internal static class StoppedAccess
{
    // So many answers are known before anything is learned of their length.
    private const int CallsBefore = 20;

    /// <summary>
    /// One with a quota of output tokens, and whose answers are known to be short: a long one passes what it reserved.
    /// </summary>
    public static async Task<Access> NewStoppedAccessAsync(
        this AdminClient admins, SluiceProcess sluice, long quota, bool stopStreams = true)
    {
        var access = await admins.NewAccessAsync();
        var plan = new
        {
            plan = access.Plan,
            models = new { use = new[] { "*" } },
            stopStreams,
            limits = new[] { new { name = "daily", quota = $"{quota} output-tokens/day" } },
        };
        (await admins.PutAsync($"plans/{access.Plan}", plan)).Is(HttpStatusCode.OK);
        for (var call = 0; call < CallsBefore; call++)
        {
            (await sluice.With(access.Key).ChatAsync("\"max_tokens\":64")).Is(200);
        }

        return access;
    }
}
