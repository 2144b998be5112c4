using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Tenants;
using Sluice.Silo.Storage.Membership;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>
/// A process that was declared dead and does not know it yet: whatever it still writes is refused, and what a new owner
/// of its grains reads after the declaration is the last word.
/// </summary>
public sealed class FencingTests(PostgreSqlFixture server) : StorageTest(new PostgreSqlPlace(server))
{
    private const string Name = "tenant";
    private static readonly GrainId Acme = GrainId.Create("tenant", "acme");

    private DatabaseMembershipTable _table = null!; // Set before the test runs.
    private long _siloId;

    private IReminderTable Reminders => Silo.GetRequiredService<IReminderTable>();

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _table = new DatabaseMembershipTable(Database, new MembershipOptions());
        _siloId = (await _table.JoinAsync(new SiloCandidate("a", "10.0.0.1", 1, ["tenant"], 1), Token)).Silo.Id;
        Silo.GetRequiredService<SiloIdentity>().SiloId = _siloId;
    }

    [Fact]
    public async Task A_living_silo_writes_and_so_does_one_that_stops()
    {
        var state = Tenant("active");
        await States.WriteStateAsync(Name, Acme, state, Token);

        await _table.SetStatusAsync(_siloId, SiloStatus.Stopping, Token);
        state.State = Tenant("stopping").State;
        await States.WriteStateAsync(Name, Acme, state, Token);

        Assert.Equal("stopping", await StoredAsync());
        await States.ClearStateAsync(Name, Acme, state, Token);
        Assert.Null(await StoredAsync());
    }

    [Fact]
    public async Task A_dead_silo_changes_no_state()
    {
        var state = Tenant("before");
        await States.WriteStateAsync(Name, Acme, state, Token);
        await DieAsync();

        state.State = Tenant("after").State;
        await RefusedAsync(() => States.WriteStateAsync(Name, Acme, state, Token));
        await RefusedAsync(() => States.ClearStateAsync(Name, Acme, state, Token));
        await RefusedAsync(() => States.WriteStateAsync(Name, GrainId.Create("tenant", "b"), Tenant("b"), Token));

        Assert.Equal("before", await StoredAsync());
        Assert.Equal(["1"], await AskAsync("SELECT count(*) FROM grain_state"));
    }

    [Fact]
    public async Task A_write_that_is_based_on_an_old_version_says_so_while_the_silo_lives()
    {
        await States.WriteStateAsync(Name, Acme, Tenant("one"), Token);

        var refused = await Assert.ThrowsAsync<InconsistentStateException>(() =>
            States.WriteStateAsync(Name, Acme, Tenant("two"), Token));

        Assert.EndsWith("was written by another.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_never_joined_is_not_fenced()
    {
        Silo.GetRequiredService<SiloIdentity>().SiloId = 0;
        await DieAsync();

        await States.WriteStateAsync(Name, Acme, Tenant("alone"), Token);

        Assert.Equal("alone", await StoredAsync());
    }

    /// <summary>Guards against the row that was forgotten after some days: its silo is no less dead.</summary>
    [Fact]
    public async Task A_silo_that_is_not_in_the_table_any_more_is_fenced()
    {
        await DieAsync();
        await AskAsync("DELETE FROM silo");

        await RefusedAsync(() => States.WriteStateAsync(Name, Acme, Tenant("late"), Token));
    }

    [Fact]
    public async Task A_dead_silo_opens_no_ledger_and_reserves_nothing()
    {
        var opened = await Ledger.OpenAsync("acme.web", Token);
        Assert.True(await Ledger.ReserveAsync("acme.web", opened.Epoch, [new("monthly", 680, 5)], Token));
        await DieAsync();

        Assert.False(await Ledger.ReserveAsync("acme.web", opened.Epoch, [new("monthly", 680, 9)], Token));
        await RefusedAsync(() => Ledger.OpenAsync("acme.web", Token));
        await RefusedAsync(() => Ledger.OpenAsync("acme.new", Token));

        Assert.Equal(["1"], await AskAsync("SELECT epoch FROM client_ledger"));
        Assert.Equal(["5"], await AskAsync("SELECT reserved FROM client_quota"));
    }

    [Fact]
    public async Task A_dead_silo_takes_no_reminder_and_plans_none()
    {
        var due = new DateTime(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc);
        var row = new ReminderRow(Acme, "rotate", due, due, TimeSpan.FromHours(1), "");
        await Reminders.UpsertAsync(row, Token);
        await DieAsync();

        Assert.Empty(await Reminders.ClaimDueAsync(due, 10, Token));
        await RefusedAsync(() => Reminders.UpsertAsync(row with { Due = due.AddHours(5) }, Token));
        await RefusedAsync(() => Reminders.DeleteAsync(Acme, "rotate", Token));

        Assert.Equal(due, (await Reminders.ReadAsync(Acme, "rotate", Token))?.Due);
    }

    /// <summary>
    /// Guards the moment itself: a declaration that did not wait would let the new owner read what is overwritten a
    /// moment later, and act on it for as long as it writes nothing.
    /// </summary>
    [Fact]
    public async Task A_declaration_waits_for_the_writes_that_are_under_way()
    {
        await using var writing = await ConnectAsync();
        await ExecuteAsync(writing, $"BEGIN; SELECT 1 WHERE {Database.Dialect.Fence($"{_siloId}")}");

        var declared = DieAsync();

        await LocksAreWaitedForAsync();
        Assert.False(declared.IsCompleted);
        Assert.NotEmpty((await _table.ReadAsync(Token)).Silos);
        await ExecuteAsync(writing, "COMMIT");
        await declared.Within();
        Assert.Empty((await _table.ReadAsync(Token)).Silos);
    }

    [Fact]
    public async Task A_write_that_waits_for_a_declaration_is_refused_by_it()
    {
        await using var declaring = await ConnectAsync();
        await ExecuteAsync(declaring, $"""
            BEGIN;
            SELECT 1 FROM silo WHERE id = {_siloId} FOR UPDATE;
            UPDATE silo SET status = 'dead', died_at = now(), death = 'test' WHERE id = {_siloId};
            """);

        var written = States.WriteStateAsync(Name, Acme, Tenant("late"), Token);
        var opened = Ledger.OpenAsync("acme.web", Token);

        await LocksAreWaitedForAsync();
        await ExecuteAsync(declaring, "COMMIT");
        await RefusedAsync(() => written);
        await RefusedAsync(() => opened);
        Assert.Null(await StoredAsync());
    }

    [Fact]
    public async Task A_heartbeat_does_not_wait_for_the_writes_that_are_under_way()
    {
        await using var writing = await ConnectAsync();
        await ExecuteAsync(writing, $"BEGIN; SELECT 1 WHERE {Database.Dialect.Fence($"{_siloId}")}");

        var snapshot = await _table.HeartbeatAsync(_siloId, Token).Within();

        Assert.Equal(SiloStatus.Active, snapshot.OwnStatus);
        await ExecuteAsync(writing, "COMMIT");
    }

    private static GrainState<StoredTenant> Tenant(string displayName) => new(
        new StoredTenant { Definition = new TenantDefinition { Tenant = "acme", DisplayName = displayName } });

    private static async Task RefusedAsync(Func<Task> write)
    {
        var refused = await Assert.ThrowsAsync<InconsistentStateException>(write).Within();
        Assert.Contains("was declared dead", refused.Message, StringComparison.Ordinal);
    }

    private Task<ClusterView> DieAsync() => _table.SetStatusAsync(_siloId, SiloStatus.Dead, Token);

    private async Task<string?> StoredAsync() =>
        (await AskAsync("SELECT payload -> 'definition' ->> 'displayName' FROM grain_state")).SingleOrDefault();

    /// <summary>Each asking is a round trip to the server, which tells who waits there.</summary>
    private async Task LocksAreWaitedForAsync()
    {
        while ((await AskAsync("SELECT pid FROM pg_locks WHERE NOT granted").Within()).Count == 0)
        {
            Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task ExecuteAsync(System.Data.Common.DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }
}
