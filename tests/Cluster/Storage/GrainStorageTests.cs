using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Clients;
using Sluice.Grains.Tenants;
using Sluice.Silo.Storage.States;

namespace Sluice.Cluster.Storage;

/// <summary>What a grain may rely on when it reads and writes its state.</summary>
public abstract class GrainStorageTests : StorageTest
{
    private const string Name = "tenant";
    private static readonly GrainId Acme = GrainId.Create("tenant", "acme");

    private protected GrainStorageTests(TestPlace place)
        : base(place)
    {
    }

    [Fact]
    public async Task A_state_that_was_never_written_reads_as_a_new_one()
    {
        var state = Tenant("left over");
        state.RecordExists = true;

        await States.ReadStateAsync(Name, Acme, state, Token);

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Null(state.State.Definition);
    }

    [Fact]
    public async Task What_was_written_is_read_again_with_its_version()
    {
        var written = Tenant("Acme");
        await States.WriteStateAsync(Name, Acme, written, Token);

        var read = await ReadAsync();

        Assert.True(written.RecordExists);
        Assert.True(read.RecordExists);
        Assert.Equal(written.ETag, read.ETag);
        Assert.Equivalent(written.State, read.State, strict: true); // Lists are compared by what is in them.
    }

    [Fact]
    public async Task Each_write_has_a_version_of_its_own()
    {
        var state = Tenant("one");
        await States.WriteStateAsync(Name, Acme, state, Token);
        var first = state.ETag;

        await States.WriteStateAsync(Name, Acme, state, Token);

        Assert.NotEqual(first, state.ETag);
        Assert.Equal(state.ETag, (await ReadAsync()).ETag);
    }

    [Fact]
    public async Task A_write_based_on_an_old_version_is_refused_and_changes_nothing()
    {
        var state = Tenant("one");
        await States.WriteStateAsync(Name, Acme, state, Token);
        var zombie = await ReadAsync();
        state.State = Tenant("two").State;
        await States.WriteStateAsync(Name, Acme, state, Token);

        var based = zombie.ETag;
        await Assert.ThrowsAsync<InconsistentStateException>(() =>
            States.WriteStateAsync(Name, Acme, zombie, Token));

        Assert.Equal(based, zombie.ETag);
        Assert.Equal("two", (await ReadAsync()).State.Definition?.DisplayName);
    }

    /// <summary>Guards against the insert that is checked first and done later: two activations, two rows.</summary>
    [Fact]
    public async Task Of_fifty_first_writers_one_wins_and_one_row_remains()
    {
        var wins = await RaceAsync(50, number => Tenant($"writer {number}"));

        Assert.Equal(["1"], await AskAsync("SELECT count(*) FROM grain_state"));
        Assert.Equal(Assert.Single(wins), (await ReadAsync()).State.Definition?.DisplayName);
    }

    [Fact]
    public async Task Of_fifty_writers_on_one_version_one_wins()
    {
        var first = Tenant("first");
        await States.WriteStateAsync(Name, Acme, first, Token);

        var wins = await RaceAsync(50, number => Tenant($"writer {number}", first.ETag));

        Assert.Equal(Assert.Single(wins), (await ReadAsync()).State.Definition?.DisplayName);
    }

    [Fact]
    public async Task A_cleared_state_reads_as_a_new_one_and_can_be_written_again()
    {
        var state = Tenant("one");
        await States.WriteStateAsync(Name, Acme, state, Token);

        await States.ClearStateAsync(Name, Acme, state, Token);

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Null(state.State.Definition);
        Assert.False((await ReadAsync()).RecordExists);
        await States.WriteStateAsync(Name, Acme, Tenant("two"), Token);
        Assert.Equal("two", (await ReadAsync()).State.Definition?.DisplayName);
    }

    [Fact]
    public async Task A_state_is_cleared_only_under_its_version()
    {
        var state = Tenant("one");
        await States.WriteStateAsync(Name, Acme, state, Token);
        var old = await ReadAsync();
        await States.WriteStateAsync(Name, Acme, state, Token);

        await Assert.ThrowsAsync<InconsistentStateException>(() => States.ClearStateAsync(Name, Acme, old, Token));
        await Assert.ThrowsAsync<InconsistentStateException>(() =>
            States.ClearStateAsync(Name, Acme, Tenant("none"), Token));

        Assert.True((await ReadAsync()).RecordExists);
    }

    /// <summary>Guards against versions that begin anew: the keys of a deleted client would come back.</summary>
    [Fact]
    public async Task A_writer_from_before_a_clear_cannot_overwrite_what_was_stored_after_it()
    {
        var state = Tenant("before");
        await States.WriteStateAsync(Name, Acme, state, Token);
        var zombie = await ReadAsync();
        await States.ClearStateAsync(Name, Acme, state, Token);
        await States.WriteStateAsync(Name, Acme, Tenant("after"), Token);

        await Assert.ThrowsAsync<InconsistentStateException>(() =>
            States.WriteStateAsync(Name, Acme, zombie, Token));

        Assert.Equal("after", (await ReadAsync()).State.Definition?.DisplayName);
    }

    [Fact]
    public async Task States_of_other_names_keys_and_types_are_other_rows()
    {
        await States.WriteStateAsync(Name, Acme, Tenant("one"), Token);
        await States.WriteStateAsync("other", Acme, Tenant("two"), Token);
        await States.WriteStateAsync(Name, GrainId.Create("tenant", "Acme"), Tenant("three"), Token);
        await States.WriteStateAsync(Name, GrainId.Create("client", "acme"), Tenant("four"), Token);

        Assert.Equal("one", (await ReadAsync()).State.Definition?.DisplayName);
    }

    [Fact]
    public async Task Text_that_a_database_cannot_hold_does_not_fail_the_write()
    {
        await States.WriteStateAsync(Name, Acme, Tenant("a\0b\uD800c'; -- \U0001F511"), Token);

        Assert.Equal("a\uFFFDb\uFFFDc'; -- \U0001F511", (await ReadAsync()).State.Definition?.DisplayName);
    }

    /// <summary>Guards growth: a row that a newer program wrote, or an older one, is read all the same.</summary>
    [Fact]
    public async Task A_row_of_another_version_of_the_program_is_read()
    {
        await AskAsync(
            """
            INSERT INTO grain_state (grain_type, grain_key, state_name, version, payload, modified_at)
            VALUES ('client', 'acme.web', 'client', 7,
                    '{"later":{"a":[1]},"definition":{"tenant":"acme","name":"web","plan":"free","later":true}}',
                    '2026-11-20T10:00:00Z')
            """);
        var read = new GrainState<StoredClient>(new StoredClient());

        await States.ReadStateAsync("client", GrainId.Create("client", "acme.web"), read, Token);

        Assert.Equal("7", read.ETag);
        Assert.Equal(("acme", "user"), (read.State.Definition!.Tenant, read.State.Definition.Role));
        Assert.Empty(read.State.Keys);
    }

    [Fact]
    public async Task What_was_answered_is_there_for_a_silo_that_starts_while_the_first_one_hangs()
    {
        await States.WriteStateAsync(Name, Acme, Tenant("durable"), Token);

        var second = await StartSiloAsync();

        var read = Tenant("nothing");
        await second.GetRequiredService<DatabaseGrainStorage>()
            .ReadStateAsync(Name, Acme, read, Token);
        Assert.Equal("durable", read.State.Definition?.DisplayName);
    }

    private static GrainState<StoredTenant> Tenant(string displayName, string? etag = null) => new(
        new StoredTenant { Definition = new TenantDefinition { Tenant = "acme", DisplayName = displayName } }, etag);

    private async Task<GrainState<StoredTenant>> ReadAsync()
    {
        var read = new GrainState<StoredTenant>(new StoredTenant());
        await States.ReadStateAsync(Name, Acme, read, Token);
        return read;
    }

    /// <summary>Lets writers begin together; answers what the ones that were let through had written.</summary>
    private async Task<List<string>> RaceAsync(int writers, Func<int, GrainState<StoredTenant>> stateOf)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, writers).Select(async number =>
        {
            var state = stateOf(number);
            try
            {
                await States.WriteStateAsync(Name, Acme, state, Token);
                return state.State.Definition!.DisplayName;
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        }));
        return [.. outcomes.OfType<string>()];
    }
}
