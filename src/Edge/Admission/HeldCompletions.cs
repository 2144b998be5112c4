using System.Collections.Concurrent;
using Sluice.Edge.Calls;

namespace Sluice.Edge.Admission;

/// <summary>
/// Ends of calls that are held back a moment, while their client's grain allows it, so that they can be told along with
/// the client's next request.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="tell">Told what nobody took in time.</param>
internal sealed class HeldCompletions(TimeProvider time, Action<string, ModelCall[]> tell) : IDisposable
{
    /// <summary>How many go with one request.</summary>
    public const int CountMax = 64;

    /// <summary>How often it is looked whether one must be told; shorter than a grain allows.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentDictionary<string, Held> _byClient = new();
    private readonly Lock _timing = new();
    private ITimer? _timer;
    private bool _ticking;

    /// <summary>One client's. Locked; once removed, it takes nothing any more.</summary>
    private sealed class Held
    {
        public readonly List<ModelCall> Calls = [];

        /// <summary>Timestamp until which ends may be held.</summary>
        public long Until;

        public bool IsRemoved;
    }

    /// <summary>The client's grain said how long ends may be held.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="sent">Timestamp from before the request was sent.</param>
    /// <param name="within">How long from then on; zero forbids it.</param>
    public void Allow(string clientId, long sent, TimeSpan within)
    {
        var until = sent + (long)(within.TotalSeconds * time.TimestampFrequency);
        while (true)
        {
            if (!_byClient.TryGetValue(clientId, out var held))
            {
                if (within <= TimeSpan.Zero)
                {
                    return;
                }

                held = _byClient.GetOrAdd(clientId, static _ => new Held());
            }

            lock (held)
            {
                if (!held.IsRemoved)
                {
                    held.Until = within > TimeSpan.Zero ? Math.Max(held.Until, until) : 0;
                    break;
                }
            }
        }

        if (!Volatile.Read(ref _ticking))
        {
            Tick();
        }
    }

    /// <summary>Holds the end of a call back. False: it may not be held.</summary>
    public bool TryHold(ModelCall call)
    {
        if (!_byClient.TryGetValue(call.Caller.ClientId, out var held))
        {
            return false;
        }

        lock (held)
        {
            if (held.IsRemoved || held.Calls.Count == CountMax || time.GetTimestamp() >= held.Until)
            {
                return false;
            }

            held.Calls.Add(call);
            return true;
        }
    }

    /// <summary>What is held for the client; whoever takes it tells it.</summary>
    public ModelCall[] Take(string clientId)
    {
        if (!_byClient.TryGetValue(clientId, out var held))
        {
            return [];
        }

        lock (held)
        {
            return TakeLocked(held);
        }
    }

    /// <summary>Has everything told now that is held.</summary>
    public void TellAll()
    {
        foreach (var clientId in _byClient.Keys.Order(StringComparer.Ordinal))
        {
            Tell(clientId, Take(clientId));
        }
    }

    public void Dispose() => _timer?.Dispose();

    private static ModelCall[] TakeLocked(Held held)
    {
        if (held.Calls.Count == 0)
        {
            return [];
        }

        ModelCall[] taken = [.. held.Calls];
        held.Calls.Clear();
        return taken;
    }

    private void Tell(string clientId, ModelCall[] calls)
    {
        if (calls.Length > 0)
        {
            tell(clientId, calls);
        }
    }

    private void Tick()
    {
        lock (_timing)
        {
            if (_ticking)
            {
                return;
            }

            Volatile.Write(ref _ticking, true);
            _timer ??= time.CreateTimer(
                static held => ((HeldCompletions)held!).Look(), this,
                Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(Period, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Has told what may not be held until the next look. The last look is one that finds nobody.</summary>
    private void Look()
    {
        var next = time.GetTimestamp() + (long)(Period.TotalSeconds * time.TimestampFrequency);
        List<(string ClientId, ModelCall[] Calls)> due = [];
        foreach (var (clientId, held) in _byClient)
        {
            lock (held)
            {
                if (held.Until > next)
                {
                    continue;
                }

                due.Add((clientId, TakeLocked(held)));
                held.IsRemoved = true;
            }

            _byClient.TryRemove(KeyValuePair.Create(clientId, held));
        }

        // The order of a dictionary differs from run to run, and with it the order in which silos are told.
        foreach (var (clientId, calls) in due.OrderBy(client => client.ClientId, StringComparer.Ordinal))
        {
            Tell(clientId, calls);
        }

        Volatile.Write(ref _ticking, false);
        if (!_byClient.IsEmpty)
        {
            Tick(); // Also for who came just now and saw this one still at work.
        }
    }
}
