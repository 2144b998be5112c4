namespace Sluice.Actors.Turns;

/// <summary>A work item made of one asynchronous method.</summary>
internal abstract class AsyncWorkItem : WorkItem
{
    private Task? _running;

    /// <summary>What went wrong; null when nothing did.</summary>
    protected Exception? Failure { get; private set; }

    /// <summary>Begins the work, in a turn of the activation.</summary>
    protected abstract Task Run();

    internal sealed override bool Start()
    {
        Failure = null;
        try
        {
            _running = Run();
        }
        catch (Exception e)
        {
            _running = Task.FromException(e);
        }

        if (_running.IsCompleted)
        {
            Collect();
            return true;
        }

        // The current context is the item's own, so this comes back as a turn of the activation.
        _running.GetAwaiter().UnsafeOnCompleted(OnCompleted);
        return false;
    }

    private void OnCompleted()
    {
        Collect();
        Activation!.Finish(this);
    }

    private void Collect()
    {
        var task = _running!;
        _running = null;
        Failure = task.IsCompletedSuccessfully
            ? null
            : task.Exception?.InnerException ?? new TaskCanceledException(task);
    }
}
