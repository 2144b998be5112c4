using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Membership;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.Membership;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>
/// The server's clock is not the test's to set, so everything stored moves the other way instead. The tables wait
/// longer than a silo's would: a test machine may be slow, and that is not what these tests are about.
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
