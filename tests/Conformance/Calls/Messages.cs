using System.Collections.Immutable;

namespace Sluice.Conformance.Calls;

/// <summary>A message of what grains send each other: texts, numbers, times, lists, others inside of it.</summary>
[GenerateSerializer, Immutable, Alias("conformance.Letter")]
public sealed record Letter
{
    [Id(0)] public required string From { get; init; }

    [Id(1)] public string? Subject { get; init; }

    [Id(2)] public long Number { get; init; }

    [Id(3)] public DateTimeOffset Sent { get; init; }

    [Id(4)] public TimeSpan Lifetime { get; init; }

    [Id(5)] public ImmutableArray<string> Pages { get; init; } = [];

    [Id(6)] public Letter? Enclosed { get; init; }

    [Id(7)] public Stamp Stamp { get; init; }
}

[Alias("conformance.Stamp")]
public enum Stamp
{
    None = 0,
    Express = 7,
}

/// <summary>A failure of the application's own.</summary>
[GenerateSerializer, Alias("conformance.RefusedException")]
public sealed class RefusedException : Exception
{
    public RefusedException()
    {
    }

    public RefusedException(string message)
        : base(message)
    {
    }

    public RefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
