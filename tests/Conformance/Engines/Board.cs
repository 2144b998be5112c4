using System.Collections.Concurrent;
using Sluice.Testing;

namespace Sluice.Conformance.Engines;

/// <summary>
/// Where the grains of a cluster tell what they do and wait for their test. Everything on it is found by a text of the
/// test's own, so that tests which share a cluster do not meet.
/// </summary>
public sealed class Board
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _notes = new();
    private readonly ConcurrentDictionary<string, Func<IGrainFactory, Task>> _work = new();
    private readonly ConcurrentDictionary<string, int> _faults = new();
    private long _number;

    /// <summary>1, 2, 3 … for whoever asks.</summary>
    public long NextNumber() => Interlocked.Increment(ref _number);

    public void Open(string gate) => Gate(gate).TrySetResult();

    /// <summary>Completes when the gate is open.</summary>
    public Task Opened(string gate) => Gate(gate).Task;

    public void Note(string about, string what) => _notes.GetOrAdd(about, _ => new()).Enqueue(what);

    /// <summary>Everything noted about that, in its order.</summary>
    public IReadOnlyList<string> Notes(string about) => _notes.TryGetValue(about, out var notes) ? [.. notes] : [];

    public int Count(string about, string what) => Notes(about).Count(note => note == what);

    /// <summary>Completes when it was noted so often.</summary>
    /// <exception cref="TimeoutException">It was not.</exception>
    public Task Noted(string about, string what, int times = 1) => Eventually.True(
        () => Count(about, what) >= times, $"'{what}' is noted {times} times about {about}.");

    /// <summary>Arranges for one failure.</summary>
    public void FailOnce(string what) => _faults.AddOrUpdate(what, 1, (_, count) => count + 1);

    /// <summary>True for whoever is to fail.</summary>
    public bool TakeFault(string what) =>
        _faults.TryGetValue(what, out var count) && count > 0 && _faults.TryUpdate(what, count - 1, count);

    /// <summary>Leaves work for a grain to do in a turn of its own.</summary>
    public void Post(string name, Func<IGrainFactory, Task> work) => _work[name] = work;

    public Func<IGrainFactory, Task> Take(string name) =>
        _work.TryRemove(name, out var work) ? work : throw new InvalidOperationException($"No work is called {name}.");

    private TaskCompletionSource Gate(string name) =>
        _gates.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
