using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Edges;

namespace Sluice.Edge.Sessions;

/// <summary>This edge process among all that ever were: with its counter it makes the ids of requests.</summary>
internal sealed partial class EdgeSession(IClusterClient cluster, TimeProvider time, ILogger<EdgeSession> logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(5);

    /// <summary>No longer, because a silo that took the question may have died with it.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private long _session;
    private long _lastSequence;

    public long Session => Volatile.Read(ref _session) is > 0 and var session
        ? session
        : throw new InvalidOperationException("The edge has no session yet: open it before the first request.");

    public bool IsOpen => Volatile.Read(ref _session) > 0;

    public long LastSequence => Interlocked.Read(ref _lastSequence);

    public RequestId Next() => new(Session, Interlocked.Increment(ref _lastSequence));

    /// <summary>
    /// Asks for a session until a silo gives one: the parts of a cluster may start in any order. Before the edge
    /// listens, so that no request is ever without one. A question that was answered to nobody skips a number.
    /// </summary>
    /// <exception cref="OperationCanceledException">Nobody wants it any more.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var (started, delay) = (time.GetTimestamp(), FirstDelay);
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var session = await cluster.GetGrain<IEdgeSessionGrain>(EdgeSessions.Key).Open()
                    .WaitAsync(AnswerTimeout, time, cancellationToken);
                Volatile.Write(ref _session, session);
                LogOpened(session, attempt);
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                LogWaiting(exception.Message, attempt, time.GetElapsedTime(started), delay);
            }

            await Task.Delay(delay, time, cancellationToken);
            delay = delay * 2 > DelayMax ? DelayMax : delay * 2;
        }
    }

    [LoggerMessage(2401, LogLevel.Information, "This is edge session {Session}, at the {Attempt}. try.")]
    private partial void LogOpened(long session, int attempt);

    [LoggerMessage(2402, LogLevel.Warning,
        "Waiting for a silo: {Reason} That was try {Attempt}, after {Elapsed}; the next one comes in {Delay}.")]
    private partial void LogWaiting(string reason, int attempt, TimeSpan elapsed, TimeSpan delay);
}
