using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Actors.Hosting;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Clients;
using Sluice.Grains.Usage;
using Sluice.Rules;
using Sluice.Rules.Policies;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>Guards "never over": the real client grain, moved by the real engine while silos come and go.</summary>
public sealed class ClientHandOverTests : IAsyncDisposable
{
    private static readonly byte[] Digest = SHA256.HashData("the secret"u8);

    private static readonly string[] ClientIds =
        [.. Enumerable.Range(0, 12).Select(i => Names.ClientId("acme", $"bot-{i}"))];

    private readonly InMemoryGrainStorage _storage = new();
    private readonly Ledger _ledger = new();
    private readonly EngineCluster _cluster;

    public ClientHandOverTests() => _cluster = new EngineCluster
    {
        Grains = [typeof(IClientLedger).Assembly],
        Services = services => services
            .AddGrainStorage("Default", _ => _storage)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IClientLedger>(_ledger)
            .AddSingleton<IUsageLog, NoUsageLog>()
            .AddSingleton<IKeyHasher, Hasher>()
            .AddSingleton<IKeySecrets, Hasher>()
            .AddSingleton(RoleBook.BuiltIn)
            .AddSingleton<IReminderTable, InMemoryReminderTable>()
            .AddSingleton(Options.Create(new AdmissionOptions { SlotTtl = TimeSpan.FromMinutes(10) }))
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>)),
    };

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Rates_and_slots_go_on_wherever_the_client_lives()
    {
        var one = await _cluster.StartSiloAsync("one");
        var two = await _cluster.StartSiloAsync("two");
        var edge = await _cluster.StartClientAsync(one);
        await CreateClientsAsync(edge);
        await EachAsync(edge, (client, _) => AllAdmittedAsync(client, 1, 2, 3));

        await _cluster.StartSiloAsync("three");
        await EachAsync(edge, (client, _) => AllAdmittedAsync(client, 3, 4));
        await one.Host.StopAsync(CancellationToken.None).Within();
        await EachAsync(edge, async (client, _) => await ReachAsync(async () =>
        {
            await client.Complete(Ended(1));
            return true;
        }));
        await two.Host.StopAsync(CancellationToken.None).Within();

        await EachAsync(edge, async (client, administration) =>
        {
            await AllAdmittedAsync(client, 2, 5);
            var state = (await ReachAsync(() => administration.Inspect().AsTask()))!;
            Assert.Equal([2, 3, 4, 5], state.Slots.Select(slot => slot.RequestId.Sequence));
            Assert.Equal(4, state.Limits.Single(limit => limit.Name == "rate").Used); // The first gave its own back.
            Assert.Equal(Verdict.RateLimited, await AdmitAsync(client, 6));
        });
        Assert.Contains(ClientIds, clientId => _ledger.EpochOf(clientId) > 2);
    }

    /// <summary>A database that is away while a client moves must not fill its rates.</summary>
    [Fact]
    public async Task What_was_handed_over_outlasts_a_start_that_failed()
    {
        var one = await _cluster.StartSiloAsync("one");
        var edge = await _cluster.StartClientAsync(one);
        await CreateClientsAsync(edge);
        await EachAsync(edge, (client, _) => AllAdmittedAsync(client, 1, 2, 3));
        await _cluster.StartSiloAsync("two");
        _ledger.Failure = new TimeoutException("The database is away.");
        await one.Host.StopAsync(CancellationToken.None).Within();

        await EachAsync(edge, async (client, _) =>
        {
            var failure = await Assert.ThrowsAsync<TimeoutException>(() => AdmitAsync(client, 4));
            Assert.Equal(_ledger.Failure.Message, failure.Message);
        });
        _ledger.Failure = null;

        await EachAsync(edge, async (client, administration) =>
        {
            await AllAdmittedAsync(client, 4);
            var state = (await ReachAsync(() => administration.Inspect().AsTask()))!;
            Assert.Equal([1, 2, 3, 4], state.Slots.Select(slot => slot.RequestId.Sequence));
            Assert.Equal(4, state.Limits.Single(limit => limit.Name == "rate").Used);
        });
    }

    private static async Task CreateClientsAsync(ActorHost edge)
    {
        var plan = new PlanDefinition
        {
            Plan = "gold",
            Limits =
            [
                new LimitDefinition
                {
                    Name = "rate", Kind = LimitKind.Rate, Amount = 4, Period = TimeSpan.FromDays(31),
                },
            ],
            UsableModels = ["m"],
        };
        Assert.Equal(ChangeReply.Done, await edge.Client.GetGrain<IPlanGrain>("gold").Create(plan).Within());
        for (var i = 0; i < ClientIds.Length; i++)
        {
            var client = edge.Client.GetGrain<IClientAdministration>(ClientIds[i]);
            var definition = new ClientDefinition { Tenant = "acme", Name = $"bot-{i}", Plan = "gold" };
            Assert.Equal(ChangeReply.Done, await client.Create(definition).Within());
            await client.IssueKey(new IssueKeyRequest { SecretDigest = Digest }).Within();
        }
    }

    private static async Task EachAsync(ActorHost edge, Func<IClientAdmission, IClientAdministration, Task> action)
    {
        foreach (var clientId in ClientIds)
        {
            await action(
                edge.Client.GetGrain<IClientAdmission>(clientId),
                edge.Client.GetGrain<IClientAdministration>(clientId)).Within();
        }
    }

    private static async Task AllAdmittedAsync(IClientAdmission client, params long[] sequences)
    {
        foreach (var sequence in sequences)
        {
            Assert.Equal(Verdict.Admitted, await AdmitAsync(client, sequence));
        }
    }

    /// <summary>Asks again while it is pending, as edges do: what it takes is stored first.</summary>
    private static async Task<Verdict> AdmitAsync(IClientAdmission client, long sequence)
    {
        var verdict = Verdict.Pending;
        await Eventually.True(
            async () =>
            {
                verdict = await ReachAsync(async () => (await client.Admit(Ask(sequence))).Verdict);
                return verdict is not Verdict.Pending;
            },
            "The request is decided on.");
        return verdict;
    }

    /// <summary>Asks again while the grain cannot be reached, as edges do; each call here may be repeated.</summary>
    private static async Task<T> ReachAsync<T>(Func<Task<T>> call)
    {
        var answer = default(T);
        await Eventually.True(
            async () =>
            {
                try
                {
                    answer = await call();
                    return true;
                }
                catch (OrleansMessageRejectionException)
                {
                    return false;
                }
            },
            "The grain can be reached.");
        return answer!;
    }

    private static AdmitRequest Ask(long sequence) => new()
    {
        RequestId = new RequestId(1, sequence), KeyVersion = 1, SecretDigest = Digest, Model = "m",
    };

    private static CompletionBatch Ended(long sequence) =>
        new() { Completions = [new Completion(new RequestId(1, sequence), CompletionOutcome.NotDispatched)] };

    /// <summary>Epochs alone: what else is stored, nobody reads back who moves as planned.</summary>
    private sealed class Ledger : IClientLedger
    {
        private readonly ConcurrentDictionary<string, long> _epochs = new();

        public Exception? Failure { get; set; }

        public long EpochOf(string clientId) => _epochs[clientId];

        public Task<OpenedLedger> OpenAsync(string clientId, CancellationToken cancellationToken) => Failure is null
            ? Task.FromResult(new OpenedLedger(_epochs.AddOrUpdate(clientId, 1, (_, epoch) => epoch + 1), []))
            : Task.FromException<OpenedLedger>(Failure);

        public Task<bool> ReserveAsync(
            string clientId, long epoch, LedgerReserve reserve, CancellationToken cancellationToken) =>
            Task.FromResult(epoch == EpochOf(clientId));
    }

    private sealed class Hasher : IKeyHasher, IKeySecrets
    {
        public ValueTask<SealedKeySecret> MakeAsync(string place, CancellationToken cancellationToken)
        {
            var secret = RandomNumberGenerator.GetBytes(32);
            return ValueTask.FromResult(
                new SealedKeySecret(SHA256.HashData(secret), Convert.ToHexString(secret)));
        }

        public string KeyId => "test.1";

        public byte[] Mac(ReadOnlySpan<byte> secretDigest) => HMACSHA256.HashData("pepper"u8, secretDigest);
    }
}
