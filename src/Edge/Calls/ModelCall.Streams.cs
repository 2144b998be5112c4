using Sluice.Edge.Usage;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Calls;

/// <summary>What a call has used while it runs, and how it is ended before its pool ends it.</summary>
internal sealed partial class ModelCall
{
    // Written by whoever forwards the answer and read by whoever reports: each by itself, as both only grow.
    private long _inputUsed;
    private long _outputUsed;
    private volatile string? _stoppedBy;
    private volatile StreamEnd? _streamEnd;

    /// <summary>
    /// What it holds of limits in tokens, by the decision that was believed last; null when none counts them. Under the
    /// lock of <see cref="Admission.SlotFences"/>.
    /// </summary>
    public HeldTokens? Held { get; set; }

    /// <summary>What its owner is told of it while it runs; 0 of what is not known yet.</summary>
    public LiveUse LiveUse => new(
        RequestId.Sequence,
        Volatile.Read(ref _inputUsed),
        Volatile.Read(ref _outputUsed),
        Held?.InputTokens ?? 0,
        Held?.OutputTokens ?? 0,
        StreamEnd is { CanStop: true });

    /// <summary>How its stream can be ended; null when its plan does not ask for that, or it is no stream.</summary>
    public StreamEnd? StreamEnd
    {
        get => _streamEnd;
        set => _streamEnd = value;
    }

    /// <summary>The limit that its stream is to end for; null when it may go on.</summary>
    public string? StoppedBy => _stoppedBy;

    /// <summary>True when its stream was ended for that, and its client heard all of an answer.</summary>
    public bool IsStopped { get; set; }

    /// <summary>
    /// The batch in which the usage log is told of it, at the latest; 0: it runs, or is not to be logged; -1: there was
    /// no room for it.
    /// </summary>
    public long LogBatch { get; set; }

    /// <summary>
    /// Notes what it would be settled by if it ended now: its pool's own count, where that tells it on the way, else
    /// what was seen of its text.
    /// </summary>
    public void NoteUse()
    {
        var isTold = Usage != default;
        Volatile.Write(ref _inputUsed, isTold ? Usage.Input : 0);
        Volatile.Write(ref _outputUsed, isTold ? Usage.Output : Streamed.Tokens);
    }

    /// <summary>
    /// Ends its stream in good order, where that is known how: its pool is let go, and whoever forwards the answer ends
    /// it with what the client's library takes for an end. Nothing, when it ends otherwise already.
    /// </summary>
    /// <param name="limit">The limit that is used up.</param>
    /// <returns>True when this was said for the first time.</returns>
    public bool Stop(string limit)
    {
        if (IsCutOff || StreamEnd is not { CanStop: true } || Connection is not { } connection)
        {
            return false;
        }

        var isNew = _stoppedBy is null;
        _stoppedBy ??= limit;
        connection.StopCall(this);
        return isNew;
    }
}
