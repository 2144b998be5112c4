using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>
/// What a running call was told to have used beyond its reservation, as an owner leaves it to the next.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.ToldHandOver")]
public sealed record ToldHandOver
{
    /// <summary>Tokens of input told so far; 0 or more.</summary>
    [Id(0)] public long InputTokens { get; init; }

    /// <summary>Tokens of output told so far; 0 or more.</summary>
    [Id(1)] public long OutputTokens { get; init; }

    /// <summary>Quotas were charged in the period of this moment.</summary>
    [Id(2)] public DateTimeOffset BookedUtc { get; init; }

    /// <summary>What each rate was charged, by position.</summary>
    [Id(3)] public long[] Rates { get; init; } = [];

    /// <summary>What each quota was charged for good, by position.</summary>
    [Id(4)] public long[] QuotasKept { get; init; } = [];

    /// <summary>What each quota was charged when it was told last, by position.</summary>
    [Id(5)] public long[] QuotasOpen { get; init; } = [];

    internal static ToldHandOver? Of(ToldUse? told) => told is null ? null : new ToldHandOver
    {
        InputTokens = told.InputTokens,
        OutputTokens = told.OutputTokens,
        BookedUtc = told.BookedUtc,
        Rates = [.. told.Rates.Select(beyond => beyond.All)],
        QuotasKept = [.. told.Quotas.Select(beyond => beyond.Kept)],
        QuotasOpen = [.. told.Quotas.Select(beyond => beyond.Open)],
    };

    /// <summary>Its moment is the next owner's to say. What another version leaves out is null.</summary>
    internal ToldUse ToRule()
    {
        ImmutableArray<long> open = [.. QuotasOpen ?? []];
        return new ToldUse(
            InputTokens, OutputTokens, TimeSpan.Zero, BookedUtc,
            [.. (Rates ?? []).Select(kept => new BeyondUse(kept, 0))],
            [.. (QuotasKept ?? []).Select((kept, i) => new BeyondUse(kept, i < open.Length ? open[i] : 0))]);
    }
}
