namespace Sluice.Actors.Migration;

/// <summary>What an activation left to the next one.</summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.Parcel")]
internal sealed record Parcel
{
    [Id(0)] public required GrainId Grain { get; init; }

    [Id(1)] public required ParcelItem[] Items { get; init; }

    /// <summary>
    /// When it was packed, in UTC ticks, and always later than the parcel that its activation began with: of two
    /// parcels of a grain the later one counts.
    /// </summary>
    [Id(2)] public required long PackedAt { get; init; }
}

/// <param name="Key">What the grain called it.</param>
/// <param name="Value">Only the grain knows what it means.</param>
[GenerateSerializer, Immutable, Alias("sluice.actors.ParcelItem")]
internal readonly record struct ParcelItem([property: Id(0)] string Key, [property: Id(1)] byte[] Value);
