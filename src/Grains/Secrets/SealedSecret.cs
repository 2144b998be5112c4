namespace Sluice.Grains.Secrets;

/// <summary>A secret in a stored state: nothing of it can be read without a key that no database holds.</summary>
[GenerateSerializer, Immutable, Alias("secrets.sealed")]
public sealed record SealedSecret
{
    /// <summary>What <see cref="ISecretBox"/> made; empty when there is none.</summary>
    [Id(0)] public string Text { get; init; } = "";
}
