namespace Sluice.SimulatedPool.Batching;

/// <summary>
/// One answer in the making. It holds a place in the batch from its start until its last token is produced, whether or
/// not anybody has fetched the tokens yet: a slow reader does not slow the pool down. Disposing gives the place back.
/// </summary>
internal sealed class Sequence : IDisposable
{
    private readonly ContinuousBatch _batch;
    private readonly long _arrived;
    private readonly SemaphoreSlim? _ready; // One count per token produced and not fetched. Null: produced on demand.
    private long _lastToken;
    private int _produced;
    private int _fetched;

    /// <param name="batch">The batch whose place it will hold.</param>
    /// <param name="size">How much there is to do.</param>
    /// <param name="arrived">Timestamp of the request's arrival, from which the first token is timed.</param>
    public Sequence(ContinuousBatch batch, SequenceSize size, long arrived)
    {
        _batch = batch;
        _arrived = arrived;
        Size = size;
        PrefillLeft = batch.Timing.PrefillTokens(size.PromptTokens);
        _ready = batch.Timing.IsInstant ? null : new SemaphoreSlim(0);
    }

    public SequenceSize Size { get; }

    /// <summary>Set and cleared by the batch, under its lock.</summary>
    public bool HoldsPlace { get; set; }

    /// <summary>Completed when a sequence that had to wait gets its place. Null: it did not wait.</summary>
    public TaskCompletionSource? Admitted { get; set; }

    /// <summary>Prompt tokens that are still to be read. Only the step loop changes it.</summary>
    public int PrefillLeft { get; private set; }

    /// <summary>Tokens produced so far, fetched or not.</summary>
    public int ProducedTokens => Volatile.Read(ref _produced);

    /// <summary>True when a simulated failure keeps it from producing any more.</summary>
    public bool IsStalled => _produced == Size.StallAfter;

    /// <summary>Waits until there is something to fetch.</summary>
    /// <param name="most">Most tokens to fetch, 1 or more.</param>
    /// <param name="cancellationToken">Ends the wait; the place is given back by disposing.</param>
    /// <returns>How many tokens follow those fetched before; 0 when all are fetched.</returns>
    public ValueTask<int> NextAsync(int most, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        most = Math.Min(most, (IsShortened ? Size.StallAfter!.Value : Size.OutputTokens) - _fetched);
        if (most == 0)
        {
            return IsShortened ? StallAsync(cancellationToken) : ValueTask.FromResult(0);
        }

        if (_ready is not null)
        {
            return WaitAsync(_ready, most, cancellationToken);
        }

        Produce(most);
        _fetched += most;
        return ValueTask.FromResult(most);
    }

    /// <summary>One step: reads <paramref name="prefillTokens"/>, produces a token if that was all.</summary>
    public void Advance(int prefillTokens)
    {
        PrefillLeft -= prefillTokens;
        if (PrefillLeft == 0 && HoldsPlace)
        {
            Produce(1);
            _ready?.Release();
        }
    }

    /// <summary>Gives the place back, if it is still held. May be repeated.</summary>
    public void Dispose() => _batch.Leave(this);

    private bool IsShortened => Size.StallAfter < Size.OutputTokens;

    private void Produce(int tokens)
    {
        var now = _batch.Time.GetTimestamp();
        var since = _batch.Time.GetElapsedTime(_produced == 0 ? _arrived : _lastToken, now);
        _batch.Metrics.TokensProduced(isFirst: _produced == 0, tokens, since);
        _lastToken = now;
        _produced += tokens;
        if (_produced == Size.OutputTokens)
        {
            _batch.Leave(this); // Before anybody can see the last token: whoever has the answer finds the place free.
        }
    }

    private async ValueTask<int> WaitAsync(SemaphoreSlim ready, int most, CancellationToken cancellationToken)
    {
        await ready.WaitAsync(cancellationToken);
        var tokens = 1;
        while (tokens < most && ready.Wait(0, CancellationToken.None))
        {
            tokens++;
        }

        _fetched += tokens;
        return tokens;
    }

    private async ValueTask<int> StallAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, _batch.Time, cancellationToken);
        return 0;
    }
}
