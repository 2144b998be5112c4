using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Clients;
using Sluice.Silo.Storage.States;

namespace Sluice.Cluster.Storage;

/// <summary>The lists of the admin API, from stored rows.</summary>
public abstract class StateIndexTests : StorageTest
{
    private protected StateIndexTests(TestPlace place)
        : base(place)
    {
    }

    private protected StateIndex Index => Silo.GetRequiredService<StateIndex>();

    [Fact]
    public async Task Pages_hold_every_row_once_in_the_order_of_the_bytes_of_the_keys()
    {
        foreach (var key in new[] { "b", "a-2", "a.1", "ab", "B", "é", "a" })
        {
            await StoreAsync("acme", key);
        }

        var first = await Index.ListAsync("client", "client", null, 3, Token);
        var second = await Index.ListAsync("client", "client", first[^1].Key, 3, Token);
        var third = await Index.ListAsync("client", "client", second[^1].Key, 3, Token);

        Assert.Equal(["B", "a", "a-2"], first.Select(row => row.Key));
        Assert.Equal(["a.1", "ab", "b"], second.Select(row => row.Key));
        Assert.Equal(["é"], third.Select(row => row.Key));
    }

    [Fact]
    public async Task A_row_has_its_version_and_what_was_stored()
    {
        await StoreAsync("acme", "acme.web");

        var row = Assert.Single(await Index.ListAsync("client", "client", null, 10, Token));

        var stored = new GrainState<StoredClient>(new StoredClient());
        await States.ReadStateAsync("client", GrainId.Create("client", "acme.web"), stored, Token);
        Assert.Equal(stored.ETag, row.Version.ToString(null, null));
        Assert.Equal("free", row.Payload.GetProperty("definition").GetProperty("plan").GetString());
    }

    [Fact]
    public async Task Other_types_and_other_states_are_not_listed()
    {
        await StoreAsync("acme", "acme.web");
        await StoreAsync("acme", "acme.old", type: "client", name: "other");
        await StoreAsync("acme", "acme.plan", type: "plan", name: "client");

        Assert.Equal(["acme.web"], (await Index.ListAsync("client", "client", null, 10, Token)).Select(row => row.Key));
        Assert.Equal(["acme.web"], (await Index.ListClientsAsync("acme", null, 10, Token)).Select(row => row.Key));
    }

    [Fact]
    public async Task The_clients_of_a_tenant_come_in_pages_without_those_of_others()
    {
        await Task.WhenAll(Enumerable.Range(0, 30).Select(number => StoreAsync($"t{number % 3}", $"c{number:00}")));

        var first = await Index.ListClientsAsync("t1", null, 7, Token);
        var second = await Index.ListClientsAsync("t1", first[^1].Key, 7, Token);

        Assert.Equal(["c01", "c04", "c07", "c10", "c13", "c16", "c19"], first.Select(row => row.Key));
        Assert.Equal(["c22", "c25", "c28"], second.Select(row => row.Key));
        Assert.Empty(await Index.ListClientsAsync("t", null, 7, Token));
    }

    /// <summary>Guards against a list that reads every client of every tenant to show ten of one.</summary>
    [Fact]
    public async Task The_clients_of_a_tenant_are_found_by_the_index()
    {
        await Task.WhenAll(Enumerable.Range(0, 400).Select(number => StoreAsync($"t{number % 100}", $"c{number}")));
        await AskAsync("ANALYZE grain_state");

        var statement = Index.ListClientsSql
            .Replace("$1", "'t1'", StringComparison.Ordinal)
            .Replace("$2", "''", StringComparison.Ordinal)
            .Replace("$3", "10", StringComparison.Ordinal);
        var plan = string.Join('\n', await AskAsync($"{Explain} {statement}"));

        Assert.Contains("grain_state_client_of_tenant", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("sort", plan, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("B-TREE", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_whose_secrets_wait_come_in_pages_without_the_others()
    {
        await Task.WhenAll(Enumerable.Range(0, 9).Select(number => StoreAsync(
            "acme", $"c{number}", deliveries: number % 2 == 0 ? 0 : number)));
        await AskAsync( // As rows were stored before there were secrets that wait.
            "INSERT INTO grain_state (grain_type, grain_key, state_name, version, payload, modified_at) "
            + "SELECT 'client', 'c00', 'client', 1, '{}', modified_at FROM grain_state WHERE grain_key = 'c0'");

        var first = await Index.ListDeliveriesAsync(null, 3, Token);
        var second = await Index.ListDeliveriesAsync(first[^1].Key, 3, Token);

        Assert.Equal(["c1", "c3", "c5"], first.Select(row => row.Key));
        Assert.Equal(["c7"], second.Select(row => row.Key));
        Assert.Equal(7, second[0].Payload.GetProperty("deliveries").GetArrayLength());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public Task A_page_has_1_to_1000_rows(int limit) => Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
        Index.ListAsync("client", "client", null, limit, Token));

    /// <summary>What stands before a statement to be told how it would be run.</summary>
    private protected abstract string Explain { get; }

    private Task StoreAsync(
        string tenant, string key, string type = "client", string name = "client", int deliveries = 0) =>
        States.WriteStateAsync(
            name,
            GrainId.Create(type, key),
            new GrainState<StoredClient>(new StoredClient
            {
                Definition = new ClientDefinition { Tenant = tenant, Name = "web", Plan = "free" },
                Deliveries =
                [
                    .. Enumerable.Range(1, deliveries).Select(version => new StoredDelivery
                    {
                        RotationId = "r", KeyId = "key-1", Version = version, Sealed = "s1", EndsAt = default,
                    }),
                ],
            }),
            Token);
}
