namespace Sluice.Testing.Judging;

/// <summary>All calls of one client: as it recorded them, and as the pool did.</summary>
public sealed class History
{
    private readonly Dictionary<string, ClientEntry> _asked;
    private readonly Dictionary<string, PoolEntry> _pooled;

    /// <param name="asked">What the client recorded.</param>
    /// <param name="pooled">What the pool recorded of that client.</param>
    /// <exception cref="InvalidDataException">
    /// The two do not fit: a call came to the pool that nobody sent, came twice, or came before it was sent. Then
    /// nothing can be judged by them.
    /// </exception>
    public History(IEnumerable<ClientEntry> asked, IEnumerable<PoolEntry> pooled)
    {
        _asked = asked.ToDictionary(call => call.Mark);
        _pooled = [];
        foreach (var call in pooled)
        {
            if (!_asked.TryGetValue(call.Mark, out var sent))
            {
                throw new InvalidDataException($"'{call.Mark}' came to the pool, and its client has no record of it.");
            }

            if (call.Arrived < sent.Sent || !_pooled.TryAdd(call.Mark, call))
            {
                throw new InvalidDataException($"'{call.Mark}' came to the pool twice, or before it was sent.");
            }
        }
    }

    public IReadOnlyCollection<ClientEntry> Asked => _asked.Values;

    public IReadOnlyCollection<PoolEntry> Pooled => _pooled.Values;

    /// <summary>Admitted for sure, each somewhere between its sending and its arrival.</summary>
    public IEnumerable<Taken> Admitted(Func<PoolEntry, long>? cost = null) =>
        from call in _pooled.Values
        select new Taken(_asked[call.Mark].Sent, call.Arrived, cost?.Invoke(call) ?? 1);

    /// <summary>
    /// What a call has used, as the pool told the edge: nothing when its client had no whole answer, because then the
    /// edge knows only what it had seen by then.
    /// </summary>
    public long SureTokens(PoolEntry call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return _asked[call.Mark] is { Ending: Ending.Answered, Status: 200 } ? call.Tokens : 0;
    }

    /// <summary>Nobody outside knows of these: the pool never saw them, and no answer says they took nothing.</summary>
    public IEnumerable<ClientEntry> Unknown =>
        _asked.Values.Where(call => !_pooled.ContainsKey(call.Mark) && !call.TookNothing);

    /// <summary>All that may have been admitted, in the order of the latest moment at which it may have been.</summary>
    public IReadOnlyList<Taken> Possible(TimeSpan askingMax) =>
    [
        .. Admitted()
            .Concat(Unknown.Select(call => new Taken(call.Sent, After(call.Ended, askingMax))))
            .OrderBy(one => one.To),
    ];

    /// <summary>From when until when each of these may have had a slot.</summary>
    public IReadOnlyList<Taken> PossibleSlots(TimeSpan lag, TimeSpan askingMax) =>
    [
        .. _pooled.Values
            .Select(call => new Taken(
                _asked[call.Mark].Sent, call.Ended is { } ended ? After(ended, lag) : long.MaxValue)),
        .. Unknown.Select(call => new Taken(call.Sent, After(After(call.Ended, askingMax), lag))),
    ];

    /// <summary>The longest time in which no call of the client came to the pool, from its first to its last.</summary>
    public TimeSpan LongestGap
    {
        get
        {
            var arrivals = _pooled.Values.Select(call => call.Arrived).Order().ToArray();
            var longest = arrivals.Zip(arrivals.Skip(1), (one, next) => next - one).DefaultIfEmpty().Max();
            return new TimeSpan(longest / 100);
        }
    }

    private static long After(long moment, TimeSpan time) => moment + time.Ticks * 100;
}
