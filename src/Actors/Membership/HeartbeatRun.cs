namespace Sluice.Actors.Membership;

/// <summary>
/// What a silo may conclude from its own heartbeats: nothing about others, unless its own had no gap. Times are those
/// of the silo's own clock, which no one sets: the time since some fixed moment.
/// </summary>
internal sealed class HeartbeatRun(MembershipOptions options)
{
    private readonly Dictionary<long, (long Count, TimeSpan Since)> _seen = [];
    private TimeSpan? _since;
    private TimeSpan _last;

    /// <summary>A heartbeat was answered.</summary>
    internal void Complete(TimeSpan now)
    {
        if (_since is not null && now - _last > options.GapMax)
        {
            Break();
        }

        _since ??= now;
        _last = now;
    }

    /// <summary>
    /// A heartbeat failed: whether the others beat meanwhile is not known, and the count begins anew.
    /// </summary>
    internal void Break()
    {
        _since = null;
        _seen.Clear();
    }

    /// <summary>Of the silos that the newest answer tells of, those that this one may declare dead.</summary>
    internal List<SiloHeartbeat> Silent(TimeSpan now, long ownId, IReadOnlyCollection<SiloHeartbeat> heartbeats)
    {
        if (_seen.Count > heartbeats.Count)
        {
            var living = heartbeats.Select(heartbeat => heartbeat.SiloId).ToHashSet();
            _seen.Keys.Where(id => !living.Contains(id)).ToList().ForEach(id => _seen.Remove(id));
        }

        var silent = new List<SiloHeartbeat>();
        foreach (var heartbeat in heartbeats.Where(heartbeat => heartbeat.SiloId != ownId))
        {
            if (!_seen.TryGetValue(heartbeat.SiloId, out var seen) || seen.Count != heartbeat.Count)
            {
                _seen[heartbeat.SiloId] = seen = (heartbeat.Count, now);
            }

            if (MembershipRules.MayDeclareSilent(heartbeat.Age, now - seen.Since, Length, options))
            {
                silent.Add(heartbeat);
            }
        }

        return silent;
    }

    /// <summary>
    /// False just after joining, after an outage and after a pause: then the others may be as late as this silo is, and
    /// get the time of one gap before they are suspected.
    /// </summary>
    internal bool MaySuspect(TimeSpan now) => Length >= options.GapMax && now - _last <= options.GapMax;

    private TimeSpan Length => _since is { } since ? _last - since : TimeSpan.Zero;
}
