using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Membership;
using Sluice.Grains.Clients;
using Sluice.Grains.Revocations;
using Sluice.Rules.Revocations;
using Sluice.Silo.Storage.Membership;
using Sluice.Silo.Storage.Revocations;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>
/// Guards A3 in the database: what is stored as revoked is in the feed, what is not is not, and nobody who reads it
/// ever passes an entry by.
/// </summary>
public abstract class RevocationTests : StorageTest
{
    private const string Name = "client";

    private protected RevocationTests(TestPlace place)
        : base(place)
    {
    }

    /// <summary>Begins a transaction that takes its locks at once.</summary>
    private protected abstract string Begin { get; }

    private RevocationTable Table => Silo.GetRequiredService<RevocationTable>();

    private IRevocationFeed Feed => Silo.GetRequiredService<IRevocationFeed>();

    [Fact]
    public async Task What_a_write_ends_is_in_the_feed_with_it()
    {
        var state = await StoredAsync("a");

        await RevokeAsync(state, "a", 1);
        await RevokeAsync(state, "a", 2);

        var read = await Table.ReadAsync(0, Token);
        Assert.Equal((2, 0, true), (read.Last, read.Horizon, read.IsWhole));
        Assert.Equal(
            [(1, RevocationKind.KeyVersion, "a", 1), (2, RevocationKind.KeyVersion, "a", 2)],
            read.Entries.Select(entry => (entry.Sequence, entry.Kind, entry.Subject, entry.Number)));
        Assert.All(read.Entries, entry => Assert.InRange(
            entry.Lives, Revocation.MemoryLives - TimeSpan.FromMinutes(1), Revocation.MemoryLives));
        Assert.Equal([2], (await Table.ReadAsync(1, Token)).Entries.Select(entry => entry.Sequence));
        Assert.DoesNotContain("revokes", (await AskAsync("SELECT payload FROM grain_state")).Single());
    }

    [Fact]
    public async Task A_write_that_ends_nothing_leaves_the_feed_as_it_is()
    {
        var state = await StoredAsync("a");
        state.State = state.State with { Changes = 7 };

        await States.WriteStateAsync(Name, Id("a"), state, Token);

        Assert.Equal(0, (await Table.ReadAsync(0, Token)).Last);
    }

    [Fact]
    public async Task A_write_that_is_refused_publishes_nothing()
    {
        var state = await StoredAsync("a");
        var old = new GrainState<StoredClient>(state.State, state.ETag);
        await RevokeAsync(state, "a", 1);

        await Assert.ThrowsAsync<InconsistentStateException>(() => RevokeAsync(old, "a", 2));

        Assert.Equal([1], (await Table.ReadAsync(0, Token)).Entries.Select(entry => entry.Number));
    }

    [Fact]
    public async Task What_was_never_stored_revokes_nothing()
    {
        var state = new GrainState<StoredClient>(new StoredClient());

        await Assert.ThrowsAsync<InvalidOperationException>(() => RevokeAsync(state, "a", 1));

        Assert.Equal(["0"], await AskAsync("SELECT count(*) FROM grain_state"));
        Assert.Equal(0, (await Table.ReadAsync(0, Token)).Last);
    }

    [Fact]
    public async Task Of_writers_that_revoke_the_same_version_of_a_state_one_publishes()
    {
        var state = await StoredAsync("a");

        var outcomes = await Task.WhenAll(Enumerable.Range(1, 12).Select(async version =>
        {
            try
            {
                await RevokeAsync(new GrainState<StoredClient>(state.State, state.ETag), "a", version);
                return version;
            }
            catch (InconsistentStateException)
            {
                return 0;
            }
        }));

        var winner = Assert.Single(outcomes, outcome => outcome > 0);
        Assert.Equal([winner], (await Table.ReadAsync(0, Token)).Entries.Select(entry => (int)entry.Number));
    }

    /// <summary>Guards the sequence: whoever reads up to an entry has read all before it, at every moment.</summary>
    [Fact]
    public async Task Writers_at_once_leave_no_gap_and_a_reader_among_them_never_passes_an_entry_by()
    {
        const int Writers = 16;
        const int Each = 6;
        var read = new ConcurrentQueue<long>();
        var reading = Task.Run(
            async () =>
            {
                for (long after = 0; after < Writers * Each;)
                {
                    var found = await Table.ReadAsync(after, Token);
                    foreach (var entry in found.Entries)
                    {
                        read.Enqueue(entry.Sequence);
                    }

                    Assert.True(found.IsWhole);
                    Assert.Equal(found.Last, found.Entries.IsEmpty ? after : found.Entries[^1].Sequence);
                    after = found.Last;
                }
            },
            Token);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var client = $"client-{writer}";
            var state = await StoredAsync(client);
            for (var version = 1; version <= Each; version++)
            {
                await RevokeAsync(state, client, version);
            }
        }));
        await reading.Within();

        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(sequence => (long)sequence), read);
    }

    /// <summary>
    /// Guards against the classic loss: a number is taken, a later one is committed first, and a reader goes past.
    /// </summary>
    [Fact]
    public async Task A_later_writer_waits_for_the_commit_of_an_earlier_one_and_readers_see_neither_before()
    {
        var state = await StoredAsync("late");
        await using var earlier = await ConnectAsync();
        await ExecuteAsync(earlier, Begin);
        await ExecuteAsync(earlier, "UPDATE revocation_feed SET last = last + 1");
        await ExecuteAsync(
            earlier,
            "INSERT INTO revocation (sequence, kind, subject, number, revoked_at, ends_at) "
            + $"SELECT last, 1, 'early', 1, 0, 4102444800000000 FROM revocation_feed");

        var later = RevokeAsync(state, "late", 1);
        var before = await Table.ReadAsync(0, Token);
        Assert.False(later.IsCompleted);
        await ExecuteAsync(earlier, "COMMIT");
        await later.Within();

        Assert.Equal((0, 0), (before.Last, before.Entries.Length));
        Assert.Equal(
            [(1, "early"), (2, "late")],
            (await Table.ReadAsync(0, Token)).Entries.Select(entry => (entry.Sequence, entry.Subject)));
    }

    [Fact]
    public async Task A_writer_that_is_taken_back_leaves_no_gap()
    {
        var state = await StoredAsync("a");
        await using (var other = await ConnectAsync())
        {
            await ExecuteAsync(other, Begin);
            await ExecuteAsync(other, "UPDATE revocation_feed SET last = last + 1");
            await ExecuteAsync(other, "ROLLBACK");
        }

        await RevokeAsync(state, "a", 1);

        Assert.Equal([1], (await Table.ReadAsync(0, Token)).Entries.Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task What_is_over_is_deleted_and_the_horizon_says_so()
    {
        var state = await StoredAsync("a");
        for (var version = 1; version <= 3; version++)
        {
            await RevokeAsync(state, "a", version);
        }

        await AskAsync("UPDATE revocation SET ends_at = 1 WHERE sequence = 2");
        await Table.TrimAsync(Token);
        await Table.TrimAsync(Token);

        var read = await Table.ReadAsync(0, Token);
        Assert.Equal((3, 2), (read.Last, read.Horizon));
        Assert.Equal([1, 3], read.Entries.Select(entry => entry.Sequence));
        await RevokeAsync(state, "a", 4);
        Assert.Equal(4, (await Table.ReadAsync(3, Token)).Last);
    }

    [Fact]
    public async Task A_question_that_waits_is_answered_by_the_next_entry()
    {
        var state = await StoredAsync("a");
        var beginning = (await Feed.AnswerAsync(new FeedQuestion(0, Begins: true)).Within())!;
        Assert.Equal((0, false), (beginning.Through, beginning.Restarts));
        Assert.NotNull(beginning.ReadAfter);

        await RevokeAsync(state, "a", 1);
        var page = await UntilAsync(new FeedQuestion(0, Begins: false), page => page.Through == 1);

        Assert.Equal([("a", 1)], page.Entries.Select(entry => (entry.Subject, (int)entry.Number)));
    }

    [Fact]
    public async Task A_question_is_answered_though_there_is_nothing_new_once_the_database_was_asked()
    {
        var page = (await Feed.AnswerAsync(new FeedQuestion(0, Begins: true)).Within())!;
        var again = (await Feed.AnswerAsync(new FeedQuestion(0, Begins: false)).Within())!;

        Assert.Equal((0, 0), (page.Entries.Length, again.Entries.Length));
        Assert.True(again.ReadAfter >= TimeSpan.Zero);
    }

    [Fact]
    public async Task An_edge_that_is_behind_the_horizon_begins_anew()
    {
        var state = await StoredAsync("a");
        await RevokeAsync(state, "a", 1);
        await RevokeAsync(state, "a", 2);
        await AskAsync("UPDATE revocation SET ends_at = 1 WHERE sequence = 1");
        await Table.TrimAsync(Token);

        var behind = await UntilAsync(new FeedQuestion(0, Begins: false), page => page.Through == 2);

        Assert.True(behind.Restarts);
        Assert.Equal([2], behind.Entries.Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Another_silo_hears_of_it_within_a_second()
    {
        var state = await StoredAsync("a");
        var other = (await OtherSiloAsync()).GetRequiredService<IRevocationFeed>();
        await other.AnswerAsync(new FeedQuestion(0, Begins: true)).Within();
        var waiting = UntilAsync(other, new FeedQuestion(0, Begins: false), page => page.Through == 1);

        await RevokeAsync(state, "a", 1);
        var revoked = TimeProvider.System.GetTimestamp();
        await waiting.Within();

        Assert.InRange(TimeProvider.System.GetElapsedTime(revoked), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private protected static async Task ExecuteAsync(System.Data.Common.DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    private protected virtual Task<ServiceProvider> OtherSiloAsync() => StartSiloAsync();

    private protected async Task<GrainState<StoredClient>> StoredAsync(string client)
    {
        var state = new GrainState<StoredClient>(new StoredClient());
        await States.WriteStateAsync(Name, Id(client), state, Token);
        return state;
    }

    private protected async Task RevokeAsync(GrainState<StoredClient> state, string client, int version)
    {
        state.State = state.State.Revoking(client, version);
        await States.WriteStateAsync(Name, Id(client), state, Token);
    }

    private static GrainId Id(string client) => GrainId.Create("client", client);

    private Task<FeedPage> UntilAsync(FeedQuestion question, Func<FeedPage, bool> fits) =>
        UntilAsync(Feed, question, fits);

    private static async Task<FeedPage> UntilAsync(
        IRevocationFeed feed, FeedQuestion question, Func<FeedPage, bool> fits)
    {
        while (true)
        {
            if (await feed.AnswerAsync(question).Within() is { } page && fits(page))
            {
                return page;
            }
        }
    }
}

public sealed class RevocationOnSqliteTests() : RevocationTests(new SqlitePlace())
{
    private protected override string Begin => "BEGIN IMMEDIATE";

    /// <summary>The file has one silo.</summary>
    private protected override Task<ServiceProvider> OtherSiloAsync() => Task.FromResult(Silo);
}

public sealed class RevocationOnPostgreSqlTests(PostgreSqlFixture server) : RevocationTests(new PostgreSqlPlace(server))
{
    private protected override string Begin => "BEGIN";

    /// <summary>Guards fencing: who was declared dead changes nothing, and so publishes nothing.</summary>
    [Fact]
    public async Task A_silo_that_was_declared_dead_publishes_nothing()
    {
        var table = new DatabaseMembershipTable(Database, new MembershipOptions());
        var siloId = (await table.JoinAsync(new SiloCandidate("a", "10.0.0.1", 1, ["client"], 1), Token)).Silo.Id;
        Silo.GetRequiredService<SiloIdentity>().SiloId = siloId;
        var state = await StoredAsync("a");
        await RevokeAsync(state, "a", 1);
        await table.SetStatusAsync(siloId, SiloStatus.Dead, Token);

        await Assert.ThrowsAsync<InconsistentStateException>(() => RevokeAsync(state, "a", 2));

        Assert.Equal([1], (await Silo.GetRequiredService<RevocationTable>().ReadAsync(0, Token)).Entries.Select(
            entry => (int)entry.Number));
    }
}
