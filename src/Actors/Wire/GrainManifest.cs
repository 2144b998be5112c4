namespace Sluice.Actors.Wire;

/// <summary>
/// Which type of grain is behind a grain interface: what a client, which has no classes, learns from a silo.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.GrainManifest")]
internal sealed record GrainManifest
{
    [Id(0)] public required GrainManifestEntry[] Entries { get; init; }
}

/// <param name="Interface">The interface's name on the wire.</param>
/// <param name="GrainType">The name of the type.</param>
[GenerateSerializer, Immutable, Alias("sluice.actors.GrainManifestEntry")]
internal readonly record struct GrainManifestEntry(
    [property: Id(0)] string Interface, [property: Id(1)] string GrainType);
