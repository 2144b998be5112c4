using System.Collections.Concurrent;

namespace Sluice.Cluster.Engine;

/// <summary>Where the grains of a test wait, and tell how far they are.</summary>
public sealed class Gates
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _events = new();
    private readonly ConcurrentDictionary<string, int> _begun = new();

    public void Open(string gate) => Event($"open {gate}").TrySetResult();

    public Task Opened(string gate) => Event($"open {gate}").Task;

    public void Begun(string gate)
    {
        _begun.AddOrUpdate(gate, 1, (_, count) => count + 1);
        Event($"begun {gate}").TrySetResult();
    }

    /// <summary>How often somebody has begun to wait there.</summary>
    public int CountBegun(string gate) => _begun.GetValueOrDefault(gate);

    public Task HasBegun(string gate) => Event($"begun {gate}").Task;

    public void Cancelled(string gate) => Event($"cancelled {gate}").TrySetResult();

    public Task WasCancelled(string gate) => Event($"cancelled {gate}").Task;

    private TaskCompletionSource Event(string name) =>
        _events.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
