using Microsoft.Extensions.Logging;
using Sluice.Actors.Hosting;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Membership;

/// <summary>
/// The membership of one silo: it joins, keeps saying that it lives, knows the newest view, has the dead declared dead,
/// and leaves. This file: joining, views, leaving. Heartbeats and suspicions are in MembershipService.Heartbeats.cs.
/// </summary>
/// <remarks>
/// Without the table the view stands still and the silo goes on: what it cannot know it does not act on. Members may be
/// called by any thread; what they begin runs on the scheduler.
/// </remarks>
internal sealed partial class MembershipService : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<Action> _news = new();
    private readonly IMembershipTable _table;
    private readonly SiloCandidate _candidate;
    private readonly MembershipOptions _options;
    private readonly TimeProvider _time;
    private readonly HostContext _work;
    private readonly ILogger _logger;
    private readonly long _started;
    private ClusterView _view = ClusterView.Empty;
    private SiloEntry? _self;
    private long _joinedVersion;
    private bool _telling;
    private bool _evicted;
    private bool _ending;

    /// <exception cref="ActorConfigurationException">
    /// A time is out of its range; the message names all of them.
    /// </exception>
    public MembershipService(MembershipParts parts)
    {
        if (parts.Options.Mistakes().ToList() is { Count: > 0 } mistakes)
        {
            throw new ActorConfigurationException(mistakes);
        }

        (_table, _candidate, _options, _time) = (parts.Table, parts.Candidate, parts.Options, parts.Time);
        _logger = parts.Logging.CreateLogger<MembershipService>();
        _work = new HostContext(parts.Scheduler, LogWorkFailed);
        _run = new HeartbeatRun(_options);
        _started = _time.GetTimestamp();
    }

    /// <summary>
    /// Another view, once for each that is adopted, in the order of their versions; versions may be passed over. Told
    /// on the thread that brought it, before that thread goes on, unless another thread is telling just then: then that
    /// one tells this too. <see cref="View"/> may already be newer. Handlers are quick and do not fail.
    /// </summary>
    public event Action<ClusterView>? ViewChanged;

    /// <summary>
    /// Once: this silo was declared dead, with the reason for people. It must stop at once; the storage takes nothing
    /// from it any more. Never told of a silo that leaves by itself.
    /// </summary>
    public event Action<string>? Evicted;

    /// <summary>The newest view that is known; empty before joining.</summary>
    public ClusterView View => Volatile.Read(ref _view);

    /// <summary>This silo as it joined.</summary>
    /// <exception cref="InvalidOperationException">It has not joined.</exception>
    public SiloEntry Self =>
        _self ?? throw new InvalidOperationException("The silo has not joined: await JoinAsync first.");

    /// <summary>
    /// Joins, and keeps the membership from then on. Once. Tried again while the table cannot be reached.
    /// </summary>
    /// <exception cref="SiloUnavailableException">It could not be reached for too long.</exception>
    public async Task<SiloEntry> JoinAsync(CancellationToken cancellationToken)
    {
        if (_self is not null)
        {
            throw new InvalidOperationException("A silo joins once.");
        }

        JoinedSilo joined;
        try
        {
            joined = await PersistAsync(
                token => _table.JoinAsync(_candidate, token), _options.JoinTimeout, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SiloUnavailableException(
                $"'{_candidate.Name}' could not join for {_options.JoinTimeout}, because the table of silos could " +
                "not be used: see that the database answers.",
                failure);
        }

        lock (_lock)
        {
            (_self, _joinedVersion) = (joined.Silo, joined.View.Version);
            _run.Complete(Now);
            TakeView(joined.View);
        }

        LogJoined(joined.Silo);
        TellNews();
        StartHeartbeats();
        return joined.Silo;
    }

    /// <summary>
    /// Takes a view that another silo knows. Only a newer one than <see cref="View"/> changes anything.
    /// </summary>
    public void Adopt(ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (view.Version <= View.Version)
        {
            return;
        }

        lock (_lock)
        {
            TakeView(view);
        }

        TellNews();
    }

    /// <summary>
    /// First step of leaving: from the next view on, this silo is given no grains. It ends its own and still answers.
    /// </summary>
    /// <returns>
    /// False when the table could not be reached in time. The silo goes on stopping all the same.
    /// </returns>
    public Task<bool> BeginStoppingAsync(CancellationToken cancellationToken) =>
        LeaveTo(SiloStatus.Stopping, cancellationToken);

    /// <summary>
    /// Second step, when nothing of this silo writes any more: it is gone, and the storage refuses what it still sends.
    /// </summary>
    /// <inheritdoc cref="BeginStoppingAsync" path="/returns"/>
    public async Task<bool> LeaveAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _ending = true;
        }

        await StopHeartbeatsAsync();
        return await LeaveTo(SiloStatus.Dead, cancellationToken);
    }

    /// <summary>Says no more that the silo lives. Without having left, the others will find it silent.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _ending = true;
        }

        await StopHeartbeatsAsync();
    }

    private async Task<bool> LeaveTo(SiloStatus status, CancellationToken cancellationToken)
    {
        if (_self is null || _evicted)
        {
            return true;
        }

        try
        {
            Adopt(await PersistAsync(
                token => _table.SetStatusAsync(_self.Id, status, token), _options.LeaveTimeout, cancellationToken));
            LogStatus(_self, status);
            return true;
        }
        catch (Exception failure)
        {
            LogLeaveFailed(_self, status, failure);
            return false;
        }
    }

    /// <summary>
    /// Tries for a while what may fail. It ends in time even if the table does not heed the token. The last failure is
    /// what the caller hears.
    /// </summary>
    private async Task<T> PersistAsync<T>(
        Func<CancellationToken, Task<T>> attempt, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Exception? last = null;
        while (true)
        {
            try
            {
                return await attempt(either.Token).WaitAsync(either.Token);
            }
            catch (Exception failure) when (!either.IsCancellationRequested)
            {
                if (last is null)
                {
                    LogTryAgain(failure.Message);
                }

                last = failure;
            }
            catch (OperationCanceledException) when (last is not null && !cancellationToken.IsCancellationRequested)
            {
                throw last;
            }

            await Task.Delay(_options.HeartbeatPeriod / 4, _time, either.Token)
                .ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>Under the lock. What it leaves to tell, <see cref="TellNews"/> tells.</summary>
    private void TakeView(ClusterView view)
    {
        var isNew = view.Version > _view.Version;
        if (isNew)
        {
            Volatile.Write(ref _view, view);
            LogView(view);
        }

        // Who is evicted hears that first, and has nothing to hand over.
        if (_self is not null && _view.Version >= _joinedVersion && _view.Find(_self.Id) is null)
        {
            Evict($"it is not in {_view} any more");
        }

        if (isNew)
        {
            _news.Enqueue(() => ViewChanged?.Invoke(view));
        }
    }

    /// <summary>Under the lock.</summary>
    private void Evict(string reason)
    {
        if (_evicted || _ending)
        {
            return;
        }

        _evicted = true;
        LogEvicted(_self!, reason);
        _news.Enqueue(() => Evicted?.Invoke(reason));
    }

    /// <summary>One thread at a time tells, in order, and not under the lock: handlers may come back here.</summary>
    private void TellNews()
    {
        while (true)
        {
            Action tell;
            lock (_lock)
            {
                if (_telling || !_news.TryDequeue(out tell!))
                {
                    return;
                }

                _telling = true;
            }

            try
            {
                tell();
            }
            catch (Exception failure)
            {
                LogHandlerFailed(failure);
            }

            lock (_lock)
            {
                _telling = false;
            }
        }
    }
}
