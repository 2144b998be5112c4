namespace Sluice.SimulatedPool.Failures;

/// <summary>The failure of the whole pool, which tests change while it runs.</summary>
internal sealed class FailureBoard
{
    private readonly Lock _gate = new();
    private PoolFailure _failure;
    private int? _timesLeft;

    public FailureBoard(PoolFailure failure)
    {
        _failure = failure;
        _timesLeft = failure.Times;
    }

    /// <summary>What holds now, without using it up.</summary>
    public PoolFailure Current => Volatile.Read(ref _failure);

    public void Set(PoolFailure failure)
    {
        lock (_gate)
        {
            _failure = failure;
            _timesLeft = failure.Times;
        }
    }

    /// <summary>The failure that one call is to meet; uses up one of its times, if they are counted.</summary>
    public PoolFailure Take()
    {
        if (ReferenceEquals(Current, PoolFailure.None))
        {
            return PoolFailure.None; // The usual case, without a lock.
        }

        lock (_gate)
        {
            var failure = _failure;
            if (_timesLeft is { } left)
            {
                _timesLeft = left - 1;
                _failure = left == 1 ? PoolFailure.None : failure;
            }

            return failure;
        }
    }
}
