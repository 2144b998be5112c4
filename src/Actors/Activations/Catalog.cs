using System.Collections.Concurrent;
using Sluice.Actors.Calls;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.Activations;

/// <summary>The activations of one host: at most one of each grain at any time.</summary>
internal sealed class Catalog(ActorHost host)
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private long _made;

    internal int Count => _activations.Count;

    /// <summary>In the order they were made: the order of a dictionary differs from run to run.</summary>
    internal List<Activation> All() => [.. _activations.Values.OrderBy(activation => activation.Number)];

    /// <summary>Without a snapshot, which would stop everybody who wants to add one.</summary>
    internal IEnumerable<Activation> Unordered => _activations.Select(entry => entry.Value);

    internal Activation? Find(GrainId id) => _activations.GetValueOrDefault(id);

    internal Activation GetOrCreate(GrainId id)
    {
        if (_activations.TryGetValue(id, out var existing))
        {
            return existing;
        }

        var made = Make(id);
        var found = _activations.GetOrAdd(id, made);
        if (ReferenceEquals(found, made) && host.IsStopping)
        {
            made.Drain(ActorHost.ShuttingDown);
        }

        return found;
    }

    internal void Remove(Activation activation)
    {
        if (_activations.TryRemove(new KeyValuePair<GrainId, Activation>(activation.GrainId, activation))
            && _activations.IsEmpty)
        {
            host.CatalogEmptied();
        }
    }

    /// <summary>Puts the next activation of a grain in the place of one that ends, with the calls that wait.</summary>
    internal Activation? Succeed(Activation ended, List<GrainCall> calls)
    {
        var next = Make(ended.GrainId);
        next.Inherit(calls);
        if (!_activations.TryUpdate(ended.GrainId, next, ended))
        {
            return null;
        }

        if (host.IsStopping)
        {
            next.Drain(ActorHost.ShuttingDown);
        }

        return next;
    }

    private Activation Make(GrainId id) =>
        new(host, host.Model.ClassOf(id.Type), id, Interlocked.Increment(ref _made));
}
