using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Actors.Hosting;
using Sluice.Actors.Migration;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Clients;
using Sluice.Grains.Federation;
using Sluice.Grains.Issuers;
using Sluice.Grains.Secrets;
using Sluice.Grains.Usage;
using Sluice.Rules;
using Sluice.Rules.Policies;
using Sluice.Testing;
using Sluice.Unit.Grains.Federation;
using Xunit;

namespace Sluice.Unit.Grains;

/// <summary>
/// The real grains on the real engine, with a clock and a scheduler that the test owns: nothing runs but when the test
/// says so. One client, <c>acme/bot</c>, is at hand; a second silo may stand on the same storage and ledger.
/// </summary>
internal sealed class GrainWorld : IKeyHasher, IKeySecrets
{
    public const string Tenant = "acme";
    public const string Name = "bot";

    public static readonly string ClientId = Names.ClientId(Tenant, Name);
    public static readonly byte[] Digest = SHA256.HashData("the secret"u8);

    private readonly DeterministicTurnScheduler _scheduler = new(random: null);
    private readonly GrainTime _grainTime;
    private long _lastSequence;

    public GrainWorld(RoleBook? roles = null)
    {
        Roles = roles ?? RoleBook.BuiltIn;
        _grainTime = new GrainTime(Time);
        Ledger = new MemoryLedger(Time);
        Usage = new MemoryUsageLog(_grainTime);
        Silo = StartSilo();
    }

    public ActorHost Silo { get; private set; }

    public ManualTime Time { get; } = new();

    public DateTimeOffset UtcNow => _grainTime.GetUtcNow();

    public MemoryLedger Ledger { get; }

    public MemoryUsageLog Usage { get; }

    public WatchedStorage Storage { get; } = new();

    public InMemoryReminderTable Reminders { get; } = new();

    public LogCapture Log { get; } = new();

    /// <summary>Every secret that was made, in order; its seal is its place and its number.</summary>
    public List<string> Secrets { get; } = [];

    public TenantCalls TenantCalls { get; } = new();

    public MemorySecretBox Box { get; } = new();

    public FakeProviders Providers { get; } = new();

    public FakeSignIns SignIns { get; } = new();

    /// <summary>Read when a silo starts; a test may change what it holds at any time.</summary>
    public TokenOptions Tokens { get; } = new();

    /// <summary>Read when a silo starts.</summary>
    public RoleBook Roles { get; }

    public IClientAdmission Admission => Silo.Client.GetGrain<IClientAdmission>(ClientId);

    public IClientKeys Keys => Silo.Client.GetGrain<IClientKeys>(ClientId);

    public IClientAdministration Administration => Silo.Client.GetGrain<IClientAdministration>(ClientId);

    string IKeyHasher.KeyId => "test.1";

    public static LimitDefinition Quota(long amount, string name = "monthly") =>
        new() { Name = name, Kind = LimitKind.Quota, Amount = amount, Calendar = CalendarPeriod.Month };

    public static LimitDefinition Slots(long amount) =>
        new() { Name = "slots", Kind = LimitKind.Concurrency, Amount = amount };

    public static LimitDefinition Rate(long amount) =>
        new() { Name = "rpm", Kind = LimitKind.Rate, Amount = amount, Period = TimeSpan.FromMinutes(1) };

    public static PlanDefinition PlanOf(string plan, params LimitDefinition[] limits) =>
        new() { Plan = plan, Limits = limits, UsableModels = ["m*"], VisibleModels = ["seen"] };

    public static ClientDefinition ClientOf(string plan, params LimitDefinition[] limits) =>
        new() { Tenant = Tenant, Name = Name, Plan = plan, Limits = limits };

    /// <summary>Another silo on the same storage and ledger, as long as the world stands.</summary>
    public ActorHost StartSilo()
    {
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(_grainTime)
            .AddSingleton<IClientLedger>(Ledger)
            .AddSingleton<IUsageLog>(Usage)
            .AddSingleton<IKeyHasher>(this)
            .AddSingleton<ISecretBox>(Box)
            .AddSingleton<IProviderKeySource>(Providers)
            .AddSingleton<IProviderRequests>(SignIns)
            .AddSingleton(Options.Create(Tokens))
            .AddSingleton<IKeySecrets>(this)
            .AddSingleton(Roles)
            .AddSingleton(Options.Create(new AdmissionOptions()))
            .AddSingleton<ILoggerFactory>(Log)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .BuildServiceProvider();
        var options = new ActorHostOptions { ReminderPollPeriod = TimeSpan.FromMinutes(1) };
        var silo = new ActorHost(options, new ActorHostParts
        {
            Services = services,
            GrainAssemblies = [typeof(IClientLedger).Assembly],
            Time = Time,
            Scheduler = _scheduler,
            Random = new Random(0),
            Storage = name => name == "Default" ? Storage : null,
            Reminders = Reminders,
            Logging = Log,
            Filters = () => [TenantCalls],
        });
        Run(() => silo.StartAsync(CancellationToken.None));
        return silo;
    }

    /// <summary>A clean stop and a new start.</summary>
    public void Restart()
    {
        Run(() => Silo.StopAsync(CancellationToken.None));
        Silo = StartSilo();
    }

    /// <summary>
    /// The client moves to another silo, as its engine does it: the old activation ends and leaves what it has, the new
    /// one gets it when its states were read.
    /// </summary>
    /// <param name="onTheWay">What becomes of what it leaves; null is nothing.</param>
    public void Move(Func<ParcelContext, ParcelContext?>? onTheWay = null)
    {
        var leaving = (IGrainMigrationParticipant)GrainOf(Silo)!;
        Run(() => Silo.StopAsync(CancellationToken.None));
        var left = new ParcelContext();
        leaving.OnDehydrate(left);
        var arriving = new ParcelContext(left.ToParcel(default, packedAt: 1)); // Bytes, as over the wire.
        Storage.WasRead += Arrive;
        Silo = StartSilo();

        void Arrive(string stateName, GrainId grainId)
        {
            if (stateName == "client" && grainId.ToString().EndsWith(ClientId, StringComparison.Ordinal))
            {
                Storage.WasRead -= Arrive;
                if ((onTheWay is null ? arriving : onTheWay(arriving)) is { } arrived)
                {
                    ((IGrainMigrationParticipant)GrainOf(Silo)!).OnRehydrate(arrived);
                }
            }
        }
    }

    /// <summary>The silo is gone as if it had been killed: what it had in memory is lost.</summary>
    public void Crash() => Silo = StartSilo();

    /// <summary>A plan, a client that works by it and a key of its own, version 1.</summary>
    public void CreateClient(params LimitDefinition[] limits)
    {
        Done(() => PlanGrain("gold").Create(PlanOf("gold", limits)));
        Done(() => Administration.Create(ClientOf("gold")));
        Assert.Equal(1, IssueKey(Digest).Version);
    }

    public IPlanGrain PlanGrain(string plan) => Silo.Client.GetGrain<IPlanGrain>(plan);

    public IssueKeyReply IssueKey(byte[] digest, string label = "") =>
        Run(() => Administration.IssueKey(new IssueKeyRequest { SecretDigest = digest, Label = label }));

    /// <summary>One request, under an id of its own.</summary>
    public AdmitReply Admit(string model = "m", int keyVersion = 1, byte[]? digest = null) =>
        Admit(++_lastSequence, Silo, model, keyVersion, digest);

    /// <summary>One request; asked once more when it waits for what is stored, which it is at once.</summary>
    public AdmitReply Admit(
        long sequence, ActorHost silo, string model = "m", int keyVersion = 1, byte[]? digest = null) =>
        AskTwice(RequestOf(sequence, model, keyVersion, digest), silo);

    /// <summary>One request; asked once more when it waits for what is stored, which it is at once.</summary>
    public AdmitReply AskTwice(AdmitRequest request, ActorHost? silo = null) =>
        Ask(request, silo) is { Verdict: not Verdict.Pending } reply ? reply : Ask(request, silo);

    /// <summary>One request, asked for once.</summary>
    public AdmitReply Ask(AdmitRequest request, ActorHost? silo = null) =>
        Run(() => (silo ?? Silo).Client.GetGrain<IClientAdmission>(ClientId).Admit(request));

    public static AdmitRequest RequestOf(
        long sequence, string model = "m", int keyVersion = 1, byte[]? digest = null) => new()
        {
            RequestId = new RequestId(1, sequence),
            KeyVersion = keyVersion,
            SecretDigest = digest ?? Digest,
            Model = model,
        };

    /// <summary>How many of so many requests are admitted, each asked for until it is decided, as edges do.</summary>
    public int AdmitMany(int count, ActorHost? silo = null)
    {
        var admitted = 0;
        for (var i = 0; i < count; i++)
        {
            var sequence = ++_lastSequence;
            var verdict = Verdict.Pending;
            for (var attempt = 0; verdict is Verdict.Pending && attempt < 3; attempt++)
            {
                verdict = Admit(sequence, silo ?? Silo).Verdict;
            }

            admitted += verdict is Verdict.Admitted ? 1 : 0;
        }

        return admitted;
    }

    public ClientLiveState Inspect() => Run(Administration.Inspect)!;

    public LimitLiveState InspectQuota() => Inspect().Limits.Single(limit => limit.Name == "monthly");

    public bool IsActive(string key = "") =>
        Silo.Activations().Any(activation => activation.GrainId.ToString().EndsWith(
            key.Length == 0 ? ClientId : key, StringComparison.Ordinal));

    public void Done(Func<Task<ChangeReply>> change) => Assert.Equal(ChangeReply.Done, Run(change));

    /// <summary>Begins something outside of grains, and runs until nothing more can happen by itself.</summary>
    [OverloadResolutionPriority(1)]
    public Task<T> Begin<T>(Func<Task<T>> action) => (Task<T>)Enter(action);

    public Task<T> Begin<T>(Func<ValueTask<T>> action) => Begin(async () => await action());

    /// <summary>Does something that must be over once nothing more can happen by itself.</summary>
    [OverloadResolutionPriority(1)]
    public T Run<T>(Func<Task<T>> action) => Result(Begin(action));

    public T Run<T>(Func<ValueTask<T>> action) => Result(Begin(action));

    public void Run(Func<Task> action) => Result(Begin(async () =>
    {
        await action();
        return true;
    }));

    public void Settle() => _scheduler.RunUntilIdle();

    public void Advance(TimeSpan by)
    {
        Time.Advance(by);
        Settle();
    }

    /// <summary>Moves the calendar alone: no timer fires, so that a month costs nothing.</summary>
    public void Jump(TimeSpan by) => _grainTime.Ahead += by;

    byte[] IKeyHasher.Mac(ReadOnlySpan<byte> secretDigest) => HMACSHA256.HashData("pepper"u8, secretDigest);

    ValueTask<SealedKeySecret> IKeySecrets.MakeAsync(string place, CancellationToken cancellationToken)
    {
        var secret = $"secret number {Secrets.Count}";
        Secrets.Add(secret);
        return ValueTask.FromResult(new SealedKeySecret(DigestOf(secret), $"{place}#{Secrets.Count - 1}"));
    }

    /// <summary>What an edge sends of a secret.</summary>
    public static byte[] DigestOf(string secret) => SHA256.HashData(Encoding.ASCII.GetBytes(secret));

    /// <summary>The secret of a rotation, as the admin API opens it.</summary>
    public string Open(RotationReply reply)
    {
        var (place, number) = (reply.SealedSecret!.Split('#')[0], reply.SealedSecret.Split('#')[1]);
        Assert.Equal(reply.Place, place);
        return Secrets[int.Parse(number, CultureInfo.InvariantCulture)];
    }

    private static T Result<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted, "It waits for something that does not happen.");
        return task.GetAwaiter().GetResult();
    }

    private static object? GrainOf(ActorHost silo) => silo.Catalog.Unordered.Single(activation =>
        activation.GrainInstance is ClientGrain
        && activation.GrainId.ToString().EndsWith(ClientId, StringComparison.Ordinal)).GrainInstance;

    private Task Enter(Func<Task> action)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_scheduler.Context);
        try
        {
            var task = action();
            Settle();
            return task;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private sealed class GrainTime(ManualTime time) : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Ahead;
    }
}
