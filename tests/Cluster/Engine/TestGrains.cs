using System.Globalization;

namespace Sluice.Cluster.Engine;

[Alias("test.INote")]
public interface INote : IGrainWithStringKey
{
    /// <summary>Adds, and gives the sum since the activation began or was handed over.</summary>
    [Alias("Add")]
    ValueTask<long> Add(long amount);

    [Alias("Echo")]
    Task<Letter> Echo(Letter letter);

    [Alias("Fail")]
    Task Fail(string message);

    [Alias("Wait"), AlwaysInterleave]
    Task<string> Wait(CancellationToken cancellation);

    [Alias("Block")]
    Task Block(string gate);

    /// <summary>Adds in its turn, unless the caller has given up by then.</summary>
    [Alias("AddLater")]
    Task<long> AddLater(long amount, CancellationToken cancellation);

    [Alias("Tell"), OneWay]
    ValueTask Tell(string word);

    [Alias("Heard")]
    ValueTask<string> Heard();

    /// <summary>Calls another note.</summary>
    [Alias("Ask")]
    Task<long> Ask(string other, long amount);

    [Alias("Context")]
    Task<string?> Context(string key);
}

[GenerateSerializer, Immutable, Alias("test.Letter")]
public sealed record Letter
{
    [Id(0)] public required string From { get; init; }

    [Id(1)] public string Text { get; init; } = "";

    [Id(2)] public long Number { get; init; }

    [Id(3)] public string[] Pages { get; init; } = [];
}

/// <summary>Adds up in memory alone, and hands the sum over.</summary>
public sealed class NoteGrain(Gates gates) : Grain, INote, IGrainMigrationParticipant
{
    private long _sum;
    private string _heard = "";

    public ValueTask<long> Add(long amount) => ValueTask.FromResult(_sum += amount);

    public Task<Letter> Echo(Letter letter) => Task.FromResult(letter);

    public Task Fail(string message) => throw new InvalidOperationException(message);

    public async Task<string> Wait(CancellationToken cancellation)
    {
        gates.Begun(this.GetPrimaryKeyString());
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellation.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
        gates.Cancelled(this.GetPrimaryKeyString());
        return "cancelled";
    }

    public Task Block(string gate)
    {
        gates.Begun(gate);
        return gates.Opened(gate);
    }

    public Task<long> AddLater(long amount, CancellationToken cancellation) => Task.FromResult(_sum += amount);

    public ValueTask Tell(string word)
    {
        _heard += word;
        return ValueTask.CompletedTask;
    }

    public ValueTask<string> Heard() => ValueTask.FromResult(_heard);

    public async Task<long> Ask(string other, long amount) =>
        await GrainFactory.GetGrain<INote>(other).Add(amount);

    public Task<string?> Context(string key) =>
        Task.FromResult(Convert.ToString(RequestContext.Get(key), CultureInfo.InvariantCulture));

    public void OnDehydrate(IDehydrationContext dehydrationContext) =>
        dehydrationContext.TryAddValue("sum", _sum);

    public void OnRehydrate(IRehydrationContext rehydrationContext)
    {
        if (rehydrationContext.TryGetValue<long>("sum", out var sum))
        {
            _sum = sum;
        }
    }
}
