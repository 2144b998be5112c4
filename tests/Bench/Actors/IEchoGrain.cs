using Sluice.Actors;

namespace Sluice.Bench.Actors;

/// <summary>The smallest grain that is still one: it has state, and a call changes it.</summary>
[Alias("bench.IEchoGrain")]
public interface IEchoGrain : IGrainWithStringKey
{
    [Alias("Ask")]
    ValueTask<EchoReply> Ask(EchoRequest request);
}

/// <summary>Six fields, as many as an admission has.</summary>
[GenerateSerializer, Immutable, Alias("bench.EchoRequest")]
public sealed record EchoRequest(
    [property: Id(0)] long Session,
    [property: Id(1)] long Sequence,
    [property: Id(2)] int Version,
    [property: Id(3)] string Model,
    [property: Id(4)] string Secret,
    [property: Id(5)] TimeSpan Age);

[GenerateSerializer, Immutable, Alias("bench.EchoReply")]
public sealed record EchoReply(
    [property: Id(0)] int Verdict,
    [property: Id(1)] TimeSpan RetryAfter,
    [property: Id(2)] string? Name,
    [property: Id(3)] long Limit,
    [property: Id(4)] long Remaining,
    [property: Id(5)] long Epoch);

internal sealed class EchoGrain : Grain, IEchoGrain
{
    private long _remaining = long.MaxValue;

    public ValueTask<EchoReply> Ask(EchoRequest request) =>
        ValueTask.FromResult(new EchoReply(1, TimeSpan.Zero, request.Model, long.MaxValue, --_remaining, 1));
}
