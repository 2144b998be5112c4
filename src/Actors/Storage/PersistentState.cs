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
        await Ask("read", () => storage.ReadStateAsync(name, grain, read, cancellationToken));
        if (!read.RecordExists || read.State is null)
        {
            read.State = New().State;
        }

        _stored = read;
    }

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task WriteStateAsync(CancellationToken cancellationToken) =>
        Ask("written", () => storage.WriteStateAsync(name, grain, _stored, cancellationToken));

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public async Task ClearStateAsync(CancellationToken cancellationToken)
    {
        await Ask("cleared", () => storage.ClearStateAsync(name, grain, _stored, cancellationToken));
        _stored.RecordExists = false;
        _stored.State = New().State;
    }

    public Task Read(CancellationToken cancellation) => ReadStateAsync(cancellation);

    // As in Orleans: whoever calls a grain need not know what its storage throws to see that the storage is in trouble.
    private async Task Ask(string what, Func<Task> operation)
    {
        try
        {
            await operation();
        }
        catch (Exception e) when (e is not OrleansException and not OperationCanceledException)
        {
            throw new OrleansException($"The state '{name}' of {grain} could not be {what}: {e.Message}", e);
        }
    }

    private static GrainState<TState> New() => new(Activator.CreateInstance<TState>());
}
