using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Membership;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.Membership;
using Sluice.Testing;

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

/// <summary>
/// The server's clock is not the test's to set, so everything stored moves the other way instead. The tables wait longer
/// than a silo's would: a test machine may be slow, and that is not what these tests are about.
/// </summary>
internal sealed class PostgreSqlMembershipPlace(PostgreSqlFixture server) : MembershipPlace
{
    private readonly PostgreSqlPlace _place = new(server);
    private readonly Dictionary<int, ServiceProvider> _processes = [];
    private Dictionary<string, string?> _settings = [];

    public override async Task MakeAsync() =>
        _settings = new(await _place.MakeAsync()) { ["Storage:CommandTimeout"] = "00:00:30" };

    public override async Task<IMembershipTable> TableOfAsync(int process)
    {
        if (!_processes.TryGetValue(process, out var services))
        {
            services = _processes[process] = StorageTest.StorageOf(_settings);
            await services.GetRequiredService<IDatabase>().PrepareAsync(TestContext.Current.CancellationToken).Within();
        }

        return new DatabaseMembershipTable(services.GetRequiredService<IDatabase>(), new MembershipOptions());
    }

    public override async Task PassAsync(TimeSpan time)
    {
        await using var connection = await _place.ConnectAsync();
        await using var command = connection.CreateCommand();
        var microseconds = (long)time.TotalMicroseconds;
        command.CommandText = $"""
            UPDATE silo SET heartbeat_at = heartbeat_at - {microseconds} * interval '1 microsecond';
            UPDATE silo_suspicion SET at = at - {microseconds} * interval '1 microsecond';
            """;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var services in _processes.Values)
        {
            await services.DisposeAsync();
        }

        await _place.DisposeAsync();
    }
}
