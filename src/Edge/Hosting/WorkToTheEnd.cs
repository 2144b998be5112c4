namespace Sluice.Edge.Hosting;

/// <summary>
/// Work beside calls that ends after everything else of the edge has stopped: by then every call has ended, and what it
/// leaves is there to be told.
/// </summary>
internal abstract class WorkToTheEnd : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running;
        await FinishAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Works until it is told to stop, and throws nothing then.</summary>
    protected abstract Task RunAsync(CancellationToken stopping);

    /// <summary>Does what is left, once.</summary>
    /// <param name="hurry">From then on nobody waits for it any more.</param>
    protected abstract Task FinishAsync(CancellationToken hurry);
}
