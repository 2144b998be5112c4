namespace Sluice.Actors.Storage;

/// <summary>A state of one activation, over its storage provider.</summary>
internal sealed class PersistentState<TState>(IGrainStorage storage, string name, GrainId grain)
    : IPersistentState<TState>, IStoredState
{
    private GrainState<TState> _stored = New();

    public string? Etag => _stored.ETag;

    public bool RecordExists => _stored.RecordExists;

    public TState State
    {
        get => _stored.State;
        set => _stored.State = value;
    }

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public async Task ReadStateAsync(CancellationToken cancellationToken)
    {
        // Read into a new one, so that a failure leaves the state in memory whole.
        var read = New();
        await storage.ReadStateAsync(name, grain, read, cancellationToken);
        if (!read.RecordExists || read.State is null)
        {
            read.State = New().State;
        }

        _stored = read;
    }

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task WriteStateAsync(CancellationToken cancellationToken) =>
        storage.WriteStateAsync(name, grain, _stored, cancellationToken);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public async Task ClearStateAsync(CancellationToken cancellationToken)
    {
        await storage.ClearStateAsync(name, grain, _stored, cancellationToken);
        _stored.RecordExists = false;
        _stored.State = New().State;
    }

    public Task Read(CancellationToken cancellation) => ReadStateAsync(cancellation);

    private static GrainState<TState> New() => new(Activator.CreateInstance<TState>());
}
