using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Rules.Tokens;

/// <summary>A name that was used.</summary>
/// <param name="Digest">SHA-256 of the name, in base 64: whoever chose the name chooses nothing that is kept.</param>
/// <param name="ExpiresAt">When what bore it ends, in seconds since 1970.</param>
public sealed record UsedName(string Digest, long ExpiresAt)
{
    /// <summary>Who used it, and may ask again; empty: nobody may.</summary>
    public string By { get; init; } = "";
}

/// <summary>What becomes of a name that is presented.</summary>
public enum NameAnswer
{
    /// <summary>It was not used before; from now on it was.</summary>
    First,

    /// <summary>It was used before.</summary>
    Again,

    /// <summary>
    /// So many were used that this one could not be remembered. None is forgotten early to make room: it could be used
    /// again.
    /// </summary>
    NoRoom,
}

/// <summary>Names that are good once, for as long as what bears them can be good.</summary>
public sealed record UsedNames(ImmutableArray<UsedName> Names)
{
    public static readonly UsedNames None = new([]);

    /// <summary>Most names that are remembered.</summary>
    public const int NamesMax = 1000;

    /// <summary>
    /// Somebody presents a name. Who judges may have one clock and who judges next another one, so a name is kept for
    /// twice what clocks differ by beyond its end.
    /// </summary>
    public NameAnswer Use(string name, long expiresAt, DateTimeOffset now, out UsedNames next)
    {
        var digest = Base64UrlText.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return UseDigest(digest, by: "", expiresAt, now, out next);
    }

    /// <summary>The same, of somebody who may not have heard the answer, and asks again.</summary>
    /// <param name="digest">SHA-256 of the name, in base 64.</param>
    /// <param name="by">Who asks: the same one hears the same; empty for nobody.</param>
    /// <param name="expiresAt">When what bears the name ends, in seconds since 1970.</param>
    /// <param name="now">The time of who judges.</param>
    /// <param name="next">What is remembered from now on; this itself when nothing else is.</param>
    public NameAnswer UseDigest(string digest, string by, long expiresAt, DateTimeOffset now, out UsedNames next)
    {
        next = this;
        var kept = At(now).Names;
        foreach (var used in kept)
        {
            if (used.Digest == digest)
            {
                return by.Length > 0 && used.By == by ? NameAnswer.First : NameAnswer.Again;
            }
        }

        if (kept.Length >= NamesMax)
        {
            return NameAnswer.NoRoom;
        }

        next = new UsedNames(kept.Add(new UsedName(digest, expiresAt) { By = by }));
        return NameAnswer.First;
    }

    /// <summary>What must be remembered still.</summary>
    public UsedNames At(DateTimeOffset now)
    {
        var over = (now - 2 * AccessToken.ClockSkew).ToUnixTimeSeconds();
        return new UsedNames([.. Names.Where(used => used.ExpiresAt >= over)]);
    }
}
