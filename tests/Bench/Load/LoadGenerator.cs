namespace Sluice.Bench.Load;

/// <summary>A closed loop: a fixed number of clients, each with one request at a time.</summary>
internal sealed class LoadGenerator(TimeProvider time)
{
    private const int StackBytes = 256 * 1024;

    /// <summary>Loads the target; blocks until it is over.</summary>
    /// <param name="target">Whom.</param>
    /// <param name="connections">How many clients; 1 or more.</param>
    /// <param name="length">How long.</param>
    /// <param name="beforeStart">Called when all are connected, right before the first measured request.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public LoadResult Run(
        LoadTarget target, int connections, TimeSpan length, Action beforeStart, CancellationToken cancellationToken)
    {
        var clients = Enumerable.Range(0, connections).Select(_ => new LoadConnection(target, time)).ToList();
        var started = 0L;
        using var barrier = new Barrier(connections, _ =>
        {
            beforeStart();
            started = time.GetTimestamp();
        });
        var threads = clients.ConvertAll(client => new Thread(
            () =>
            {
                client.Prepare();
                barrier.SignalAndWait();
                client.Run(Volatile.Read(ref started), length, cancellationToken);
            },
            StackBytes) { IsBackground = true });
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var elapsed = time.GetElapsedTime(started);
        var latencies = new LatencyHistogram();
        foreach (var client in clients)
        {
            latencies.Add(client.Latencies);
            client.Dispose();
        }

        return new LoadResult(
            clients.Sum(client => client.Requests),
            clients.Sum(client => client.Failures),
            clients.Select(client => client.FirstFailure).FirstOrDefault(failure => failure is not null),
            elapsed,
            latencies);
    }
}
