using System.Collections.Concurrent;
using Sluice.Edge.Calls;

namespace Sluice.Edge.Admission;

/// <summary>The calls that this edge is running, by client: what its slots are renewed for.</summary>
internal sealed class LiveCalls
{
    // The inner map is locked: a client's calls come and go together with the decision to drop an empty map.
    private readonly ConcurrentDictionary<string, Dictionary<long, ModelCall>> _byClient = [];

    public int Count => _byClient.Values.Sum(calls => { lock (calls) { return calls.Count; } });

    /// <summary>No live call has a lower sequence; <see cref="long.MaxValue"/> when there is none.</summary>
    public long OldestSequence
    {
        get
        {
            var oldest = long.MaxValue;
            foreach (var calls in _byClient.Values)
            {
                lock (calls)
                {
                    foreach (var sequence in calls.Keys)
                    {
                        oldest = Math.Min(oldest, sequence);
                    }
                }
            }

            return oldest;
        }
    }

    public void Add(ModelCall call)
    {
        var clientId = call.Caller.ClientId;
        while (true)
        {
            var calls = _byClient.GetOrAdd(clientId, static _ => []);
            lock (calls)
            {
                calls[call.RequestId.Sequence] = call;
                if (_byClient.TryGetValue(clientId, out var current) && ReferenceEquals(current, calls))
                {
                    return;
                }
            }
        }
    }

    public void Remove(ModelCall call)
    {
        if (!_byClient.TryGetValue(call.Caller.ClientId, out var calls))
        {
            return;
        }

        lock (calls)
        {
            calls.Remove(call.RequestId.Sequence);
            if (calls.Count == 0)
            {
                _byClient.TryRemove(KeyValuePair.Create(call.Caller.ClientId, calls));
            }
        }
    }

    /// <summary>How many calls of the client run here, however they were admitted.</summary>
    public int RunningOf(string clientId)
    {
        if (!_byClient.TryGetValue(clientId, out var calls))
        {
            return 0;
        }

        lock (calls)
        {
            return calls.Values.Count(call => call.IsRunning);
        }
    }

    /// <summary>Ends every call that runs now: its pool is let go, and its client is told why.</summary>
    public void CutOff()
    {
        foreach (var calls in _byClient.Values)
        {
            ModelCall[] running;
            lock (calls)
            {
                running = [.. calls.Values];
            }

            Array.ForEach(running, call => call.CutOff());
        }
    }

    /// <summary>
    /// What runs of one client and may hold a slot, at one moment; empty when nothing does.
    /// </summary>
    public ModelCall[] Of(string clientId)
    {
        if (!_byClient.TryGetValue(clientId, out var calls))
        {
            return [];
        }

        lock (calls)
        {
            return [.. from call in calls.Values where !call.IsDegraded select call];
        }
    }

    /// <summary>
    /// Every client with something running, in one order: that of a dictionary differs from run to run, and with it the
    /// order in which silos are told.
    /// </summary>
    public IEnumerable<string> ClientIds => _byClient.Keys.Order(StringComparer.Ordinal);
}
