namespace Sluice.Grains.Abstractions.Plans;

/// <summary>What calls to some models cost, for limits in money. Amounts are millionths of a currency.</summary>
[GenerateSerializer, Immutable, Alias("sluice.PriceDefinition")]
public sealed record PriceDefinition
{
    /// <summary>A model's name, a beginning followed by '*', or '*' for all that no other entry fits.</summary>
    [Id(0)] public required string Models { get; init; }

    /// <summary>For a million tokens of input; 0 or more.</summary>
    [Id(1)] public long Input { get; init; }

    /// <summary>For a million tokens of output, thinking included; 0 or more.</summary>
    [Id(2)] public long Output { get; init; }

    /// <summary>For the call itself; 0 or more.</summary>
    [Id(3)] public long Request { get; init; }

    /// <summary>For each image; 0 or more.</summary>
    [Id(4)] public long Image { get; init; }

    /// <summary>For each page; 0 or more.</summary>
    [Id(5)] public long Page { get; init; }
}
