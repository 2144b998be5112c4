using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Crash;

/// <summary>Workers that ask until nobody answers any more, and count what was answered.</summary>
internal sealed class CountedLoad(Uri edge, string key)
{
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _answered;
    private long _wanted = long.MaxValue;

    /// <summary>Requests answered 200, read to their end.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    public async Task AnsweredAtLeastAsync(long count)
    {
        Interlocked.Exchange(ref _wanted, count);
        await _enough.Task.WaitAsync(Patience.Token);
    }

    /// <summary>Returns when every worker has met a connection that failed.</summary>
    public Task RunAsync(int workers) => Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync()));

    private async Task WorkAsync()
    {
        using var http = EdgeClient.NewHttp(edge);
        var client = new EdgeClient(http, key);
        try
        {
            while (true)
            {
                (await client.ChatAsync()).Is(200);
                if (Interlocked.Increment(ref _answered) >= Interlocked.Read(ref _wanted))
                {
                    _enough.TrySetResult();
                }
            }
        }
        catch (HttpRequestException)
        {
            // The process is gone.
        }
    }
}
