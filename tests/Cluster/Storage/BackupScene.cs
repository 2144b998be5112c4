using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Audit;
using Sluice.Grains.Clients;
using Sluice.Grains.Edges;
using Sluice.Grains.Issuers;
using Sluice.Grains.Secrets;
using Sluice.Grains.Tokens;
using Sluice.Rules.Audit;
using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Rules.Safekeeping;
using Sluice.Silo;
using Sluice.Silo.Auditing;
using Sluice.Silo.Safekeeping;
using Sluice.Silo.Security;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.Audit;
using Sluice.Silo.Storage.Secrets;
using Sluice.Silo.Storage.States;

namespace Sluice.Cluster.Storage;

/// <summary>A database with a little of everything, places for backups, and another database to restore into.</summary>
public abstract class BackupScene : StorageTest
{
    private protected const string Client = "XtkDf8iJzZfU";
    private protected const string Issuer = "https://api.example.com";
    private protected const string Secret = "0123456789abcdefghijABCDEFGHIJ0123456789abc";

    private protected static readonly MasterKeys Ours = new(MasterKey.Parse(new string('a', 64)));
    private protected static readonly MasterKeys Others = new(MasterKey.Parse(new string('b', 64)));
    private protected static readonly BucketLimit Rate = new(100, 10, TimeSpan.FromSeconds(1));

    private readonly TestPlace _other;
    private readonly List<string> _progress = [];
    private int _restored;

    private protected BackupScene(TestPlace place, TestPlace other)
        : base(place) => _other = other;

    private protected string Folder { get; } = Directory.CreateTempSubdirectory("sluice-backup-").FullName;

    private protected BackupPlace First => new(Path.Combine(Folder, "first"), "disk", IsOffSite: false);

    private protected BackupPlace Second => new(Path.Combine(Folder, "second"), "tape", IsOffSite: true);

    private protected static string KnownKey => new KeyText("live", Client, 1, Secret).Format();

    private protected StorageOptions Options => Silo.GetRequiredService<IOptions<StorageOptions>>().Value;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _other.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static long MicrosecondsOf(DateTimeOffset at) => BackupRecords.MicrosecondsOf(at);

    private protected static RestoreWish Wish(string folder, QuotasAfterRestore quotas = QuotasAfterRestore.Keep) =>
        new(folder, quotas, Issuer, KnownKey, IsDrill: false);

    private protected static async Task<T> StateAsync<T>(IServiceProvider silo, string name, string key)
        where T : class, new()
    {
        var state = new GrainState<T>(new T());
        await silo.GetRequiredService<DatabaseGrainStorage>().ReadStateAsync(
            name, GrainId.Create(name, key), state, Token);
        return state.State;
    }

    private protected static async Task<(StoredClient Client, string Secret)> ClientOfAsync(IServiceProvider silo)
    {
        var client = await StateAsync<StoredClient>(silo, "client", Client);
        await using var keys = await KeysOfAsync(silo);
        var delivery = client.Deliveries[0];
        var secret = await new SecretBox(keys).OpenAsync(
            $"client/{Client}/delivery/{delivery.KeyId}/{delivery.RotationId}",
            new SealedSecret { Text = delivery.Sealed }, Token);
        return (client, Encoding.ASCII.GetString(secret));
    }

    private protected static async Task<DataKeys> KeysOfAsync(IServiceProvider silo)
    {
        var keys = new DataKeys(
            silo.GetRequiredService<DataKeyTable>(), Ours, TimeProvider.System, NullLogger<DataKeys>.Instance);
        await keys.PrepareAsync(Token);
        return keys;
    }

    private protected static async Task<SortedDictionary<string, long>> CountsAsync(IServiceProvider silo)
    {
        await using var store = await TableStore.OpenAsync(
            silo.GetRequiredService<IOptions<StorageOptions>>().Value, makes: false, Token);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in await store.KeptTablesAsync(Token))
        {
            counts[table.Name] = await store.NumberAsync($"SELECT count(*) FROM {table.Name}", Token);
        }

        return counts;
    }

    private protected static Task<TableStore> OtherAsync(Dictionary<string, string?> settings) => TableStore.OpenAsync(
        StorageOf(settings).GetRequiredService<IOptions<StorageOptions>>().Value, makes: true, Token);

    /// <summary>A database that nothing was ever put into.</summary>
    private protected async Task<Dictionary<string, string?>> EmptyAsync()
    {
        var settings = await _other.MakeAsync();
        if (settings.ContainsKey("Storage:SqliteFile"))
        {
            settings["Storage:SqliteFile"] = Path.Combine(Folder, $"restored-{++_restored}.db");
        }

        return settings;
    }

    private protected RestoreRun Restore(MasterKeys keys) => new(keys, TimeProvider.System, _progress.Add);

    private protected Task<DrillReport> DrillAsync(string folder, string knownKey) =>
        new Drill(Ours, TimeProvider.System, _progress.Add).RunAsync(Options, folder, knownKey, Token);

    private protected async Task<BackupOutcome> BackUpAsync(params BackupPlace[] places)
    {
        await using var store = await TableStore.OpenAsync(Options, makes: false, Token);
        return await new BackupRun(Ours, TimeProvider.System, _progress.Add).RunAsync(
            store, places, new Retention(14, TimeSpan.Zero), "sluice", Token);
    }

    private protected async Task<(RestoreOutcome Outcome, ServiceProvider Silo)> RestoreAsync(
        string folder, QuotasAfterRestore quotas = QuotasAfterRestore.Keep)
    {
        var settings = await EmptyAsync();
        RestoreOutcome outcome;
        await using (var store = await OtherAsync(settings))
        {
            outcome = await Restore(Ours).RunAsync(store, Wish(folder, quotas), Token);
        }

        return (outcome, await StartSiloAsync([.. settings.Select(one => (one.Key, one.Value!))]));
    }

    /// <summary>A little of everything that a restore has to do with.</summary>
    private protected async Task FillAsync()
    {
        await using var keys = await KeysOfAsync(Silo);
        var box = new SecretBox(keys);
        var now = TimeProvider.System.GetUtcNow();
        var mac = new KeyHasher(keys).Mac(SHA256.HashData(Encoding.ASCII.GetBytes(Secret)));
        await WriteAsync("client", Client, new StoredClient
        {
            Definition = new ClientDefinition { Tenant = "acme", Name = "web", Plan = "gold" },
            Keys =
            [
                new StoredKeyVersion
                {
                    Info = new KeyVersionInfo
                    {
                        Version = 1, KeyId = "key-1", CreatedAt = now, ExpiresAt = now.AddDays(90),
                    },
                    Mac = mac,
                    MacKeyId = "hmac-sha256.1",
                },
            ],
            Deliveries =
            [
                new StoredDelivery
                {
                    RotationId = "r", KeyId = "key-1", Version = 2, EndsAt = now.AddDays(1),
                    Sealed = (await box.SealAsync(
                        $"client/{Client}/delivery/key-1/r", "delivered later"u8.ToArray(), Token)).Text,
                },
            ],
        });
        await WriteAsync("edge-session", "edges", new StoredEdgeSession { Last = 7 });
        await WriteAsync("tokens", Client, new StoredTokens
        {
            Families =
            [
                new StoredFamily
                {
                    FamilyId = "f", Secret = await box.SealAsync($"client/{Client}/refresh/f", new byte[32], Token),
                },
            ],
        });
        await WriteAsync("issuer", "issuer", new StoredIssuer
        {
            Epoch = 3,
            Keys =
            [
                new StoredSigningKey
                {
                    KeyId = "kid", CreatedAt = now.AddDays(-2), PublishedAt = now.AddDays(-2),
                    ActivatesAt = now.AddDays(-1),
                    Secret = await box.SealAsync("issuer/key/kid", new byte[32], Token),
                },
            ],
        });
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;
        await Ledger.ReserveAsync(
            Client, epoch,
            new LedgerReserve(
                [new QuotaReserve("monthly", 682, 40)],
                [new RateReserve("minute", new StoredRate(Rate, 5, 1, 0))],
                [new SlotReserve(7, 3)]),
            Token);
        await AuditAsync(box);
    }

    private protected async Task AuditAsync(SecretBox box)
    {
        var trail = Silo.GetRequiredService<AuditTrail>();
        await Silo.GetRequiredService<IAuditLog>().AppendAsync(
            "silo",
            [
                .. Enumerable.Range(0, 4).Select(one => (
                    $"id-{one}", new AuditNote("plan.replace", "plan/gold", "", "", "{\"tab\":\"\\t\"}"))),
            ],
            Token);
        while (await trail.ChainAsync(Token) > 0)
        {
            // Until nothing waits.
        }

        var table = Silo.GetRequiredService<CheckpointTable>();
        var options = Microsoft.Extensions.Options.Options.Create(new SiloOptions());
        await new AuditCheckpointer(
            trail, table, new AuditSigner(table, box), new CheckpointPlaces(options), options, TimeProvider.System,
            NullLogger<AuditCheckpointer>.Instance).WorkAsync(Token);
    }

    private protected Task WriteAsync<T>(string name, string key, T state)
        where T : class, new() =>
        States.WriteStateAsync(name, GrainId.Create(name, key), new GrainState<T>(state), Token);
}
