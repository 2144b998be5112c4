using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;

namespace Sluice.Chaos.Load;

/// <summary>
/// Callers that each send one request after the other, each with a key of its own, over the edges in turn. They try
/// nothing again: what a request came to is what is counted.
/// </summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const string Chat = "/v1/chat/completions";

    /// <summary>Short beside any gap that counts, and long enough to leave the processor to what is tried.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Longer than an edge may take for a decision and the pool for an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Sample> _samples = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false }) { Timeout = Patience };
    private readonly Task _callers;

    private readonly record struct Sample(int Caller, TimeSpan Started, TimeSpan Ended, string? Failure);

    internal SteadyLoad(IReadOnlyList<Uri> edges, IReadOnlyList<string> keys)
    {
        var started = TimeProvider.System.GetTimestamp();
        _callers = Task.WhenAll(keys.Select((key, i) => Task.Run(() => CallAsync(edges, key, i, started))));
    }

    /// <summary>Answers so far that were as they must be.</summary>
    internal int Succeeded => _samples.Count(sample => sample.Failure is null);

    /// <summary>Requests so far that failed.</summary>
    internal int Failed => _samples.Count(sample => sample.Failure is not null);

    internal async Task<LoadReport> StopAsync()
    {
        await _stopping.CancelAsync();
        await _callers;
        var samples = _samples.OrderBy(sample => sample.Started).ToList();
        return new LoadReport
        {
            Sent = samples.Count,
            Succeeded = samples.Count(sample => sample.Failure is null),
            Failures = samples.Where(sample => sample.Failure is not null)
                .CountBy(sample => sample.Failure!).ToDictionary(),
            LongestGap = samples.GroupBy(sample => sample.Caller).Max(LongestGap),
            Slowest = samples.Max(sample => sample.Ended - sample.Started),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _callers;
        _stopping.Dispose();
        _http.Dispose();
    }

    /// <summary>From one success of a caller to its next: what a client that tries again would have waited.</summary>
    private static TimeSpan LongestGap(IEnumerable<Sample> ofCaller)
    {
        var (longest, last) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var sample in ofCaller.OrderBy(sample => sample.Ended))
        {
            longest = sample.Ended - last > longest ? sample.Ended - last : longest;
            last = sample.Failure is null ? sample.Ended : last;
        }

        return longest;
    }

    private async Task CallAsync(IReadOnlyList<Uri> edges, string key, int caller, long started)
    {
        for (var turn = caller; !_stopping.IsCancellationRequested; turn++)
        {
            var begun = TimeProvider.System.GetElapsedTime(started);
            var failure = await SendAsync(new Uri(edges[turn % edges.Count], Chat), key);
            _samples.Add(new Sample(caller, begun, TimeProvider.System.GetElapsedTime(started), failure));
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private async Task<string?> SendAsync(Uri url, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(
                """{"model":"deepseek-chat","max_tokens":4,"messages":[{"role":"user","content":"Hello"}]}""",
                Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var response = await _http.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();
            return response.IsSuccessStatusCode ? null : $"{(int)response.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return $"{e.HttpRequestError}";
        }
        catch (TaskCanceledException)
        {
            return $"no answer in {Patience.TotalSeconds} s";
        }
    }
}
