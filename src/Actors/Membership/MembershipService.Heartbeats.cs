namespace Sluice.Actors.Membership;

/// <summary>Saying that this silo lives, and having those declared dead that do not.</summary>
internal sealed partial class MembershipService
{
    private readonly HeartbeatRun _run;
    private readonly Dictionary<long, TimeSpan> _suspectedAt = [];
    private readonly OrderedDictionary<(long SiloId, bool Silent), TimeSpan?> _reports = [];
    private ITimer? _timer;
    private TimeSpan? _awaySince;
    private bool _beatPosted;
    private bool _beating;
    private bool _reporting;

    private TimeSpan Now => _time.GetElapsedTime(_started);

    /// <summary>
    /// A peer cannot be reached. Notes that in the table, soon and at most once in <c>SuspicionPeriod</c>; a suspicion
    /// expires, so who still cannot reach the peer says so again. Costs a look-up when there is nothing to note.
    /// </summary>
    public void Suspect(long siloId)
    {
        lock (_lock)
        {
            var now = Now;
            if (_self is null || _evicted || _ending || siloId == _self.Id || _view.Find(siloId) is null
                || !_run.MaySuspect(now)
                || (_suspectedAt.TryGetValue(siloId, out var last) && now - last < _options.SuspicionPeriod)
                || !_reports.TryAdd((siloId, false), null))
            {
                return;
            }

            _suspectedAt[siloId] = now;
            foreach (var gone in _suspectedAt.Keys.Where(id => _view.Find(id) is null).ToList())
            {
                _suspectedAt.Remove(gone);
            }
        }

        _work.Begin(ReportAllAsync);
    }

    private void StartHeartbeats()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _timer = _time.CreateTimer(
                service => ((MembershipService)service!).Tick(),
                this,
                _options.HeartbeatPeriod,
                _options.HeartbeatPeriod);
        }
    }

    private ValueTask StopHeartbeatsAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Ticks that a paused process missed are one tick when it goes on.</summary>
    private void Tick()
    {
        lock (_lock)
        {
            if (_beatPosted || _evicted || _ending)
            {
                return;
            }

            _beatPosted = true;
        }

        _work.Begin(BeatAsync);
    }

    private async Task BeatAsync()
    {
        lock (_lock)
        {
            _beatPosted = false;
            if (_beating)
            {
                // Not even the token ends it: one heartbeat waits for such a table, not one each second.
                Failed("it does not answer in time");
                return;
            }

            _beating = true;
        }

        try
        {
            using var limit = new CancellationTokenSource(_options.HeartbeatTimeout, _time);
            var snapshot = await _table.HeartbeatAsync(Self.Id, limit.Token);
            Answered(snapshot, isLate: limit.IsCancellationRequested);
        }
        catch (Exception failure)
        {
            Failed(failure.Message);
        }
        finally
        {
            lock (_lock)
            {
                _beating = false;
            }
        }
    }

    /// <summary>A late answer is news as good as any, but says nothing about the time it took.</summary>
    private void Answered(MembershipSnapshot snapshot, bool isLate)
    {
        lock (_lock)
        {
            var now = Now;
            if (_awaySince is { } since)
            {
                _awaySince = null;
                LogBack(now - since);
            }

            if (isLate)
            {
                BreakRun();
            }

            _run.Complete(now);
            if (snapshot.OwnStatus == SiloStatus.Dead)
            {
                Evict(snapshot.OwnDeath ?? "the table does not know it any more");
            }

            TakeView(snapshot.View);
            foreach (var silent in _run.Silent(now, Self.Id, snapshot.Heartbeats))
            {
                _reports.TryAdd((silent.SiloId, true), silent.Age);
            }
        }

        TellNews();
        _work.Begin(ReportAllAsync);
    }

    private void Failed(string reason)
    {
        lock (_lock)
        {
            BreakRun();
            if (_awaySince is null && !_ending)
            {
                _awaySince = Now;
                LogAway(reason);
            }
        }
    }

    /// <summary>Under the lock. What was concluded from the run until now is not told any more.</summary>
    private void BreakRun()
    {
        _run.Break();
        _reports.Clear();
    }

    /// <summary>
    /// Tells the table what is to be told, one after another: many peers out of reach must not take the connections
    /// that a heartbeat needs. What it does not take is dropped, and said again by who still finds it so.
    /// </summary>
    private async Task ReportAllAsync()
    {
        while (NextReport() is { } next)
        {
            var ((siloId, _), silence) = next;
            try
            {
                using var limit = new CancellationTokenSource(_options.HeartbeatTimeout, _time);
                var view = silence is null
                    ? await _table.SuspectAsync(siloId, Self.Id, limit.Token)
                    : await _table.DeclareSilentAsync(siloId, Self.Id, _options.SilenceMax, limit.Token);
                Reported(siloId, silence, view);
            }
            catch (Exception failure)
            {
                LogReportFailed(siloId, failure.Message); // Heartbeats say what is wrong with the table.
                lock (_lock)
                {
                    _reports.Clear();
                }
            }
            finally
            {
                lock (_lock)
                {
                    _reporting = false;
                }
            }
        }
    }

    /// <summary>Null when nothing is to be told, or the loop runs already.</summary>
    private KeyValuePair<(long SiloId, bool Silent), TimeSpan?>? NextReport()
    {
        lock (_lock)
        {
            if (_evicted || _ending)
            {
                _reports.Clear();
            }

            if (_reporting || _reports.Count == 0)
            {
                return null;
            }

            var next = _reports.GetAt(0);
            _reports.RemoveAt(0);
            _reporting = true;
            return next;
        }
    }

    private void Reported(long siloId, TimeSpan? silence, ClusterView view)
    {
        if (View.Find(siloId) is { } silo && view.Version > View.Version && view.Find(siloId) is null)
        {
            LogFoundDead(silo, silence is { } silent ? $"silent for {silent.TotalSeconds:0.0} s" : "cannot be reached");
        }

        Adopt(view);
    }
}
