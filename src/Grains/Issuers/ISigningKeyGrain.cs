using Sluice.Grains.Secrets;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Issuers;

/// <summary>
/// What silos ask of the issuer that edges have no business with. The same grain as
/// <see cref="Abstractions.Issuers.IIssuerGrain"/>.
/// </summary>
[Alias("sluice.ISigningKeyGrain")]
public interface ISigningKeyGrain : IGrainWithStringKey
{
    /// <summary>The key that signs now, sealed; null when no tokens are issued.</summary>
    /// <param name="tenant">Whose client's token is to be signed.</param>
    [Alias("ForSigning")]
    Task<SigningAid?> ForSigning(string tenant);
}

/// <summary>What a token is signed with.</summary>
[GenerateSerializer, Immutable, Alias("sluice.SigningAid")]
public sealed record SigningAid
{
    /// <summary>The key's thumbprint.</summary>
    [Id(0)] public required string KeyId { get; init; }

    /// <summary>What it is for.</summary>
    [Id(1)] public required SignatureAlgorithm Algorithm { get; init; }

    /// <summary>Its secret half, sealed for <see cref="PlaceOf"/>.</summary>
    [Id(2)] public required SealedSecret Secret { get; init; }

    /// <summary>Tokens issued before are not good, in seconds since 1970; 0: all are.</summary>
    [Id(3)] public long TokensFrom { get; init; }

    /// <summary>Where the secret half of a key belongs.</summary>
    public static string PlaceOf(string keyId) => $"issuer/key/{keyId}";
}
