using System.Collections.Concurrent;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>The calls that this edge is running, by client: what its slots are renewed for.</summary>
internal sealed class LiveCalls
{
    // The inner set is locked: a client's calls come and go together with the decision to drop an empty set.
    private readonly ConcurrentDictionary<string, HashSet<long>> _byClient = [];

    public int Count => _byClient.Values.Sum(sequences => { lock (sequences) { return sequences.Count; } });

    public void Add(string clientId, RequestId requestId)
    {
        while (true)
        {
            var sequences = _byClient.GetOrAdd(clientId, static _ => []);
            lock (sequences)
            {
                sequences.Add(requestId.Sequence);
                if (_byClient.TryGetValue(clientId, out var current) && ReferenceEquals(current, sequences))
                {
                    return;
                }
            }
        }
    }

    public void Remove(string clientId, RequestId requestId)
    {
        if (!_byClient.TryGetValue(clientId, out var sequences))
        {
            return;
        }

        lock (sequences)
        {
            sequences.Remove(requestId.Sequence);
            if (sequences.Count == 0)
            {
                _byClient.TryRemove(KeyValuePair.Create(clientId, sequences));
            }
        }
    }

    /// <summary>Every client with something running, and what; each list is of one moment.</summary>
    public IEnumerable<(string ClientId, long[] Sequences)> Snapshot()
    {
        foreach (var (clientId, sequences) in _byClient)
        {
            long[] running;
            lock (sequences)
            {
                running = [.. sequences];
            }

            if (running.Length > 0)
            {
                yield return (clientId, running);
            }
        }
    }
}
