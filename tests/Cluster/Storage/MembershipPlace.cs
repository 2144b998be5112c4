using Sluice.Actors.Membership;

namespace Sluice.Cluster.Storage;

/// <summary>A table of silos, the processes that use it, and the time that passes for it.</summary>
internal abstract class MembershipPlace : IAsyncDisposable
{
    public abstract Task MakeAsync();

    /// <summary>The table as one of the processes has it.</summary>
    public abstract Task<IMembershipTable> TableOfAsync(int process);

    /// <summary>Lets the table's clock go on, or back.</summary>
    public abstract Task PassAsync(TimeSpan time);

    public abstract ValueTask DisposeAsync();
}

internal sealed class InMemoryMembershipPlace : MembershipPlace
{
    private readonly SteppedTime _time = new();
    private InMemoryMembershipTable? _table;

    public override Task MakeAsync()
    {
        _table = new InMemoryMembershipTable(_time);
        return Task.CompletedTask;
    }

    public override Task<IMembershipTable> TableOfAsync(int process) => Task.FromResult<IMembershipTable>(_table!);

    public override Task PassAsync(TimeSpan time)
    {
        _time.Now += time;
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class SteppedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
