using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions.Calls;
using Sluice.Rules.Usage;

namespace Sluice.Edge.CallLog;

/// <summary>
/// Calls that the call log has not acknowledged. Adding one is all that a call pays; what there is no room for is
/// counted, and the log is told.
/// </summary>
internal sealed class CallLogBuffer(IOptions<EdgeOptions> options, CallLogMetrics metrics)
{
    private readonly Lock _lock = new();
    private readonly UsageOutbox<CallRecord> _outbox = new(Math.Max(1, options.Value.CallLogMax), CallBatch.CallsMax);

    /// <summary>False: no call is logged.</summary>
    public bool IsOn { get; } = options.Value.CallLogMax > 0;

    /// <summary>Calls that are not acknowledged; 0 or more.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _outbox.Count;
            }
        }
    }

    public void Add(CallRecord call)
    {
        bool kept;
        lock (_lock)
        {
            kept = _outbox.TryAdd(call, mustKeep: false);
        }

        if (!kept)
        {
            metrics.Dropped();
        }
    }

    /// <summary>The batch under way, or the next one; null when nothing waits.</summary>
    public UsageParcel<CallRecord>? Next()
    {
        lock (_lock)
        {
            return _outbox.Count == 0 ? null : _outbox.Next(completeThrough: 0, lastSequence: 0);
        }
    }

    /// <summary>The batch is stored.</summary>
    public void Acknowledged(long number)
    {
        lock (_lock)
        {
            _outbox.Acknowledged(number);
        }
    }
}
