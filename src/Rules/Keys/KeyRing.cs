using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Sluice.Rules.Keys;

/// <summary>What a presented secret is to a client.</summary>
public enum KeyAnswer
{
    Accepted,

    /// <summary>No such version, or not its secret. Not told apart, so that versions cannot be probed.</summary>
    Unknown,

    /// <summary>The right secret of a version that was revoked.</summary>
    Revoked,

    /// <summary>The right secret of a version past its end.</summary>
    Expired,
}

/// <summary>One version of a key, as it is kept.</summary>
/// <param name="Version">1 or more; strictly increasing within a client.</param>
/// <param name="KeyId">The logical key it is a version of.</param>
/// <param name="Mac">
/// Keyed HMAC-SHA256 of the secret's digest, 32 bytes: a leaked table cannot even confirm a guess.
/// </param>
/// <param name="CreatedAt">When it was issued.</param>
/// <param name="ExpiresAt">From here on it is refused.</param>
/// <param name="RevokedAt">When it was revoked; null when it was not.</param>
/// <param name="RevokedReason">In the operator's words.</param>
/// <param name="Label">In the operator's words.</param>
public sealed record KeyVersion(
    int Version,
    string KeyId,
    ImmutableArray<byte> Mac,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? RevokedAt,
    string RevokedReason,
    string Label);

/// <summary>The key versions of one client, oldest first.</summary>
public sealed record KeyRing(ImmutableArray<KeyVersion> Versions)
{
    public static readonly KeyRing Empty = new(ImmutableArray<KeyVersion>.Empty);

    /// <summary>No version works longer than this.</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromDays(90);

    /// <summary>No version works shorter than this; less is a typing mistake.</summary>
    public static readonly TimeSpan LifetimeMin = TimeSpan.FromMinutes(1);

    /// <summary>Most versions a client may have, the ended ones included.</summary>
    public const int VersionsMax = 100;

    // Compared when there is no such version, so that an unknown version takes as long as a wrong secret.
    private static readonly ImmutableArray<byte> NoMac = [.. new byte[32]];

    /// <summary>Judges a presented secret by its MAC, in constant time.</summary>
    public KeyAnswer Judge(int version, ReadOnlySpan<byte> mac, DateTimeOffset now)
    {
        var found = Find(version);
        var matches = CryptographicOperations.FixedTimeEquals((found?.Mac ?? NoMac).AsSpan(), mac);
        if (found is null || !matches)
        {
            return KeyAnswer.Unknown;
        }

        if (found.RevokedAt is not null)
        {
            return KeyAnswer.Revoked;
        }

        return now >= found.ExpiresAt ? KeyAnswer.Expired : KeyAnswer.Accepted;
    }

    public KeyVersion? Find(int version)
    {
        foreach (var candidate in Versions)
        {
            if (candidate.Version == version)
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>
    /// Adds a version and returns it; the version that already has this MAC is returned unchanged, so that a repeated
    /// request issues one key.
    /// </summary>
    /// <remarks>Requires a lifetime between the bounds and room for another version.</remarks>
    public (KeyRing Next, KeyVersion Issued) Issue(
        ImmutableArray<byte> mac, TimeSpan lifetime, string label, DateTimeOffset now)
    {
        foreach (var version in Versions)
        {
            if (version.Mac.AsSpan().SequenceEqual(mac.AsSpan()))
            {
                return (this, version);
            }
        }

        var number = Versions.IsEmpty ? 1 : Versions[^1].Version + 1;
        var issued = new KeyVersion(number, $"key-{number}", mac, now, now + lifetime, null, "", label);
        return (new KeyRing(Versions.Add(issued)), issued);
    }

    /// <summary>
    /// Ends a version for good; null when there is none. Revoking it again keeps the first time and reason.
    /// </summary>
    public KeyRing? Revoke(int version, string reason, DateTimeOffset now)
    {
        var found = Find(version);
        if (found is null)
        {
            return null;
        }

        return found.RevokedAt is not null
            ? this
            : new KeyRing(Versions.Replace(found, found with { RevokedAt = now, RevokedReason = reason }));
    }
}
