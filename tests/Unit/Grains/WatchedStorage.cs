using Sluice.Actors.Hosting;
using Sluice.Grains.Audit;
using Sluice.Grains.Revocations;
using Sluice.Rules.Audit;
using Sluice.Rules.Revocations;

namespace Sluice.Unit.Grains;

/// <summary>What becomes of the next write.</summary>
internal enum NextWrite
{
    Stored,

    /// <summary>It fails and nothing was stored.</summary>
    Lost,

    /// <summary>It was stored, and the writer hears that it failed.</summary>
    StoredButFails,
}

/// <summary>A storage in memory that counts its writes and fails one of them when a test says so.</summary>
internal sealed class WatchedStorage : IGrainStorage
{
    private readonly InMemoryGrainStorage _inner = new();
    private int _failAt;
    private readonly Dictionary<string, object?> _last = [];

    public int Writes { get; private set; }

    public NextWrite Next { get; set; }

    /// <summary>The write of that number fails, and nothing is stored of it.</summary>
    public void FailAt(int write) => _failAt = write;

    /// <summary>What writes ended that were stored, in their order.</summary>
    public List<Revocation> Published { get; } = [];

    /// <summary>What writes noted for the audit trail that were stored, in their order.</summary>
    public List<AuditNote> Noted { get; } = [];

    /// <summary>The state of this name that was stored last, of whichever grain; null when none was.</summary>
    public object? Last(string stateName) => _last.GetValueOrDefault(stateName);

    /// <summary>Told of every state that was read.</summary>
    public event Action<string, GrainId>? WasRead;

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await _inner.ReadStateAsync(stateName, grainId, grainState);
        WasRead?.Invoke(stateName, grainId);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var next = Next;
        Next = NextWrite.Stored;
        Writes++;
        if (Writes == _failAt)
        {
            throw new IOException("The write failed.");
        }

        switch (next)
        {
            case NextWrite.Lost:
                throw new IOException("The write failed.");
            case NextWrite.StoredButFails:
                var copy = new GrainState<T>(grainState.State, grainState.ETag);
                await _inner.WriteStateAsync(stateName, grainId, copy);
                _last[stateName] = grainState.State;
                Publish(grainState.State);
                throw new IOException("The answer to the write was lost.");
            default:
                await _inner.WriteStateAsync(stateName, grainId, grainState);
                _last[stateName] = grainState.State;
                Publish(grainState.State);
                break;
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        _inner.ClearStateAsync(stateName, grainId, grainState);

    private void Publish<T>(T state)
    {
        if (state is IRevokingState { Revokes: { IsDefaultOrEmpty: false } revokes })
        {
            Published.AddRange(revokes);
        }

        if (state is IAuditedState { Audits: { IsDefaultOrEmpty: false } notes })
        {
            Noted.AddRange(notes);
        }
    }
}
