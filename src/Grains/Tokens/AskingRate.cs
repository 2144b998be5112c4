using Sluice.Rules.Limits;

namespace Sluice.Grains.Tokens;

/// <summary>
/// How often something of one client may be asked for: 60 times at once, and once a second after that.
/// </summary>
internal sealed class AskingRate(TimeProvider time)
{
    private static readonly BucketLimit Limit = new(60, 60, TimeSpan.FromMinutes(1));

    private readonly long _started = time.GetTimestamp();
    private TokenBucket? _bucket;

    /// <summary>Counts one; how long to wait where it is one too many, and null where it is not.</summary>
    public TimeSpan? Refusal()
    {
        var elapsed = time.GetElapsedTime(_started);
        var bucket = (_bucket ?? TokenBucket.Full(Limit, elapsed)).At(elapsed, Limit);
        if (bucket.WaitFor(1, Limit) is { } wait && wait > TimeSpan.Zero)
        {
            _bucket = bucket;
            return wait;
        }

        _bucket = bucket.Take(1, Limit);
        return null;
    }
}
