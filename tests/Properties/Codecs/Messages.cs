using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Numerics;

namespace Sluice.Properties.Codecs;

internal enum Color : ushort
{
    Red,
    Green = 300,
}

/// <summary>A member of every shape that the wire has, and of every type with a rule of its own.</summary>
[GenerateSerializer]
internal sealed record Message
{
    [Id(0)] public long Long { get; init; }

    [Id(1)] public ulong Unsigned { get; init; }

    [Id(2)] public int Int { get; init; } = 7;

    [Id(3)] public bool Bool { get; init; }

    [Id(4)] public Color Color { get; init; }

    [Id(5)] public string? Text { get; init; } = "";

    [Id(6)] public byte[]? Bytes { get; init; }

    [Id(7)] public double Double { get; init; }

    [Id(8)] public float Single { get; init; }

    [Id(9)] public Half Half { get; init; }

    [Id(10)] public decimal Decimal { get; init; }

    [Id(11)] public Guid Guid { get; init; }

    [Id(12)] public DateTime Time { get; init; }

    [Id(13)] public DateTimeOffset Moment { get; init; }

    [Id(14)] public TimeSpan Span { get; init; }

    [Id(15)] public Int128 Wide { get; init; }

    [Id(16)] public UInt128 WideUnsigned { get; init; }

    [Id(17)] public BigInteger Big { get; init; }

    [Id(18)] public int? Maybe { get; init; }

    [Id(19)] public Pair Pair { get; init; }

    [Id(20)] public Pair[] Pairs { get; init; } = [];

    [Id(21)] public Message? Inner { get; init; }

    [Id(22)] public ImmutableArray<Message?> Messages { get; init; } = [];

    [Id(23)] public Dictionary<string, ImmutableList<long?>?>? ByName { get; init; }

    [Id(30)] public HashSet<string?>? Names { get; init; }

    [Id(40)] public FrozenDictionary<Pair, string>? Frozen { get; init; }

    [Id(50)] public ImmutableSortedDictionary<int, (double, string?)>? Sorted { get; init; }

    [Id(60)] public GrainId Grain { get; init; }

    [Id(70)] public Uri? Uri { get; init; }

    [Id(1_000_000)] public Version? Version { get; init; }
}

[GenerateSerializer]
internal readonly record struct Pair([property: Id(0)] int Left, [property: Id(3)] string? Right);

/// <summary>An older <see cref="Message"/>: it knows less, some of it as another type of the same shape.</summary>
[GenerateSerializer]
internal sealed record OldMessage
{
    [Id(0)] public long? Long { get; init; } = 0;

    [Id(2)] public long Int { get; init; } = 7;

    [Id(7)] public double Double { get; init; }

    [Id(8)] public double Single { get; init; }

    [Id(13)] public DateTimeOffset Moment { get; init; }

    [Id(15)] public BigInteger Wide { get; init; }

    [Id(18)] public long? Maybe { get; init; }

    [Id(20)] public List<OldPair> Pairs { get; init; } = [];

    [Id(21)] public OldMessage? Inner { get; init; }

    [Id(1_000_000)] public Version? Version { get; init; }
}

[GenerateSerializer]
internal sealed record OldPair([property: Id(3)] string? Right);
