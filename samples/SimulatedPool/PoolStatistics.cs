namespace Sluice.SimulatedPool;

/// <summary>What the pool is doing and has done. Every number may be read at any time, from any thread.</summary>
/// <remarks>
/// A call is in flight from the arrival of its headers until its handler has returned, which is before the client can
/// see the end of the answer: whoever has read an answer to its end finds it counted. The call of a client that hung up
/// ends before the pool closes its side of the connection. A sequence runs from the moment it takes a place in the
/// batch until its last token is produced.
/// </remarks>
public sealed class PoolStatistics
{
    private long _running;
    private long _peakRunning;
    private long _waiting;
    private long _inFlight;
    private long _peakInFlight;
    private long _received;
    private long _completed;
    private long _refused;
    private long _aborted;
    private long _failed;
    private long _promptTokens;
    private long _generatedTokens;
    private long _reservedTokens;
    private TaskCompletionSource? _change; // Made only while somebody waits for a change.

    internal PoolStatistics()
    {
    }

    /// <summary>Sequences in the batch now, at most the batch size.</summary>
    public long Running => Volatile.Read(ref _running);

    /// <summary>Most sequences that were ever in the batch at once.</summary>
    public long PeakRunning => Volatile.Read(ref _peakRunning);

    /// <summary>Sequences waiting for a place now, at most the queue length.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Calls of <c>/v1</c> in flight now.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Most calls of <c>/v1</c> that were ever in flight at once.</summary>
    public long PeakInFlight => Volatile.Read(ref _peakInFlight);

    /// <summary>Calls that ever arrived: in flight, completed, refused, aborted and failed together.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Calls answered in full.</summary>
    public long Completed => Volatile.Read(ref _completed);

    /// <summary>Calls answered with an error status, a simulated one included.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Calls whose client was gone before the answer was complete.</summary>
    public long Aborted => Volatile.Read(ref _aborted);

    /// <summary>Calls that the pool itself broke off or answered with garbage, on request.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Prompt tokens of all sequences that ever entered the batch.</summary>
    public long PromptTokens => Volatile.Read(ref _promptTokens);

    /// <summary>Tokens ever produced, whether or not anybody fetched them.</summary>
    public long GeneratedTokens => Volatile.Read(ref _generatedTokens);

    /// <summary>Tokens of prompt and whole answer of the sequences in the batch now.</summary>
    internal long ReservedTokens => Volatile.Read(ref _reservedTokens);

    /// <summary>Completes as soon as the condition holds; it is looked at after every change. For tests.</summary>
    /// <param name="condition">Quick and without side effects; it may be called from several threads.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WhenAsync(Func<PoolStatistics, bool> condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        while (true)
        {
            // The signal is in place before the look, so that no change can fall between the two.
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var change = Interlocked.CompareExchange(ref _change, mine, null) ?? mine;
            if (condition(this))
            {
                return;
            }

            await change.Task.WaitAsync(cancellationToken);
        }
    }

    internal void SequenceStarted(int promptTokens, int outputTokens, int running)
    {
        Interlocked.Exchange(ref _running, running);
        Interlocked.Add(ref _reservedTokens, promptTokens + outputTokens);
        Interlocked.Add(ref _promptTokens, promptTokens);
        Raise(ref _peakRunning, running);
        Changed();
    }

    internal void SequenceEnded(int promptTokens, int outputTokens, int running)
    {
        Interlocked.Exchange(ref _running, running);
        Interlocked.Add(ref _reservedTokens, -(promptTokens + outputTokens));
        Changed();
    }

    internal void WaitingChanged(int waiting)
    {
        Interlocked.Exchange(ref _waiting, waiting);
        Changed();
    }

    internal void TokensProduced(int tokens)
    {
        Interlocked.Add(ref _generatedTokens, tokens);
        Changed();
    }

    internal void CallArrived()
    {
        Interlocked.Increment(ref _received);
        Raise(ref _peakInFlight, Interlocked.Increment(ref _inFlight));
        Changed();
    }

    internal void CallEnded(CallOutcome outcome)
    {
        Interlocked.Increment(ref Total(outcome));
        Interlocked.Decrement(ref _inFlight);
        Changed();
    }

    private static void Raise(ref long peak, long value)
    {
        var seen = Volatile.Read(ref peak);
        while (value > seen)
        {
            var before = Interlocked.CompareExchange(ref peak, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    private ref long Total(CallOutcome outcome)
    {
        switch (outcome)
        {
            case CallOutcome.Completed: return ref _completed;
            case CallOutcome.Refused: return ref _refused;
            case CallOutcome.Aborted: return ref _aborted;
            default: return ref _failed;
        }
    }

    private void Changed()
    {
        if (Volatile.Read(ref _change) is not null)
        {
            Interlocked.Exchange(ref _change, null)?.TrySetResult();
        }
    }
}
