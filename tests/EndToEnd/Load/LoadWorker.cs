using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Load;

/// <summary>What a worker met.</summary>
internal readonly record struct LoadResult(int Answered, int Refused, int HungUp);

/// <summary>One connection that asks again and again; what it does at random follows from its seed.</summary>
internal sealed class LoadWorker(Uri edge, string key, Random random)
{
    /// <summary>Sends so many requests, each as often as it is refused, and hangs up in the middle of some.</summary>
    public async Task<LoadResult> RunAsync(int requests, bool hangsUp)
    {
        using var http = EdgeClient.NewHttp(edge);
        var client = new EdgeClient(http, key);
        var result = default(LoadResult);
        for (var i = 0; i < requests; i++)
        {
            var chunks = hangsUp ? random.Next(0, 12) : int.MaxValue;
            var whole = await TryAsync(client, chunks);
            while (whole is null)
            {
                result = result with { Refused = result.Refused + 1 };
                var pause = TimeSpan.FromMilliseconds(random.Next(1, 15));
                await Task.Delay(pause, TimeProvider.System, Patience.Token);
                whole = await TryAsync(client, chunks);
            }

            result = whole.Value
                ? result with { Answered = result.Answered + 1 }
                : result with { HungUp = result.HungUp + 1 };
        }

        return result;
    }

    /// <returns>True: read to its end; false: hung up; null: refused because all slots are taken.</returns>
    private async Task<bool?> TryAsync(EdgeClient client, int chunks)
    {
        using var stream = await client.StreamAsync($"\"max_tokens\":{random.Next(4, 24)}");
        if (stream.Status == 429)
        {
            (await stream.AnswerAsync()).IsError(429, "rate_limit_exceeded");
            return null;
        }

        Assert.Equal(200, stream.Status);
        string? last = null;
        for (var read = 0; read < chunks; read++)
        {
            if (await stream.NextAsync() is not { } data)
            {
                Assert.Equal("[DONE]", last);
                return true;
            }

            last = data;
        }

        return false;
    }
}
