using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>
/// Completions that their grains have not heard. Those of one client are told together, again and again, until its
/// grain hears them or their slots have surely expired.
/// </summary>
/// <param name="cluster">Where the grains are.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears of slots that are left to expire.</param>
/// <param name="settled">Told how many are over, heard or not.</param>
internal sealed partial class UntoldCompletions(
    IClusterClient cluster, TimeProvider time, ILogger logger, Action<int> settled)
{
    /// <summary>
    /// What is kept at most, some 100 bytes each. Further ones are left to expire: their slots cost time, never a slot.
    /// </summary>
    public const int CountMax = 100_000;

    private const int BatchMax = 1_000; // What a batch may have on the wire.

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<Untold>> _byClient = [];
    private int _count;

    private readonly record struct Untold(Completion Completion, long Since, TimeSpan ExpiresIn);

    /// <summary>Takes one; never waits.</summary>
    /// <param name="clientId">Whose grain must hear it.</param>
    /// <param name="completion">What it must hear.</param>
    /// <param name="expiresIn">After this its slot is free even if the grain never hears it.</param>
    public void Add(string clientId, Completion completion, TimeSpan expiresIn)
    {
        Queue<Untold>? begun = null;
        bool full;
        lock (_lock)
        {
            full = _count == CountMax;
            if (!full)
            {
                _count++;
                if (!_byClient.TryGetValue(clientId, out var queue))
                {
                    _byClient[clientId] = queue = begun = new Queue<Untold>();
                }

                queue.Enqueue(new Untold(completion, time.GetTimestamp(), expiresIn));
            }
        }

        if (full)
        {
            LogTooMany(clientId, completion.RequestId, CountMax);
            settled(1);
        }
        else if (begun is not null)
        {
            _ = TellAsync(clientId, begun, completion.RequestId);
        }
    }

    private async Task TellAsync(string clientId, Queue<Untold> queue, RequestId first)
    {
        var failures = 1;
        while (true)
        {
            if (failures > 0)
            {
                await Task.Delay(Repeat.PauseAfter(failures, first), time);
            }

            var batch = NextBatch(clientId, queue);
            if (batch.Length == 0)
            {
                return;
            }

            try
            {
                await cluster.GetGrain<IClientAdmission>(clientId).Complete(
                    new CompletionBatch { Completions = batch });
                failures = 0;
                Remove(queue, batch.Length);
            }
            catch (Exception exception)
            {
                failures++;
                LogNotHeard(exception, clientId, batch.Length, failures);
            }
        }
    }

    /// <summary>The oldest whose slots may still be taken; empty at the end.</summary>
    private Completion[] NextBatch(string clientId, Queue<Untold> queue)
    {
        var expired = 0;
        Completion[] batch;
        lock (_lock)
        {
            while (queue.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) >= oldest.ExpiresIn)
            {
                queue.Dequeue();
                expired++;
            }

            _count -= expired;
            batch = [.. queue.Take(BatchMax).Select(untold => untold.Completion)];
            if (batch.Length == 0)
            {
                _byClient.Remove(clientId); // Under the lock: the next one finds no queue, and begins another.
            }
        }

        if (expired > 0)
        {
            LogExpired(clientId, expired);
            settled(expired);
        }

        return batch;
    }

    private void Remove(Queue<Untold> queue, int count)
    {
        lock (_lock)
        {
            for (var i = 0; i < count; i++)
            {
                queue.Dequeue();
            }

            _count -= count;
        }

        settled(count);
    }

    [LoggerMessage(2112, LogLevel.Warning,
        "Client {ClientId}: the ends of {Count} calls could not be told in time; their slots have expired.")]
    private partial void LogExpired(string clientId, int count);

    [LoggerMessage(2113, LogLevel.Debug, "Client {ClientId}: {Count} ends of calls were not heard, try {Tries}.")]
    private partial void LogNotHeard(Exception exception, string clientId, int count, int tries);

    [LoggerMessage(2114, LogLevel.Warning,
        "Client {ClientId}, request {RequestId}: {Count} ends of calls wait to be told, which is the most; "
        + "its slot is left to expire.")]
    private partial void LogTooMany(string clientId, RequestId requestId, int count);
}
