using System.Security.Cryptography;
using System.Text;
using Sluice.Rules.Keys;

namespace Sluice.Rules.Tokens;

/// <summary>
/// A refresh token as clients carry it: <c>slr_&lt;client&gt;_&lt;family&gt;&lt;number&gt;&lt;proof&gt;&lt;crc&gt;</c>,
/// in base 62. To a client it means nothing; to us it names the grain to ask, the family, and the place in it.
/// </summary>
/// <param name="ClientId">12 characters.</param>
/// <param name="FamilyId">16 characters: the tokens that came from each other.</param>
/// <param name="Number">1 to 14 776 335: its place in the family.</param>
/// <param name="Proof">43 characters: that the family made it.</param>
public readonly record struct RefreshText(string ClientId, string FamilyId, int Number, string Proof)
{
    public const string Prefix = "slr_";
    public const int FamilyIdLength = 16;
    public const int NumberMax = 62 * 62 * 62 * 62 - 1;

    /// <summary>What secret scanners look for.</summary>
    public const string Pattern = "slr_[0-9A-Za-z]{12}_[0-9A-Za-z]{69}";

    private const int NumberLength = 4;
    private const int ProofLength = 43;
    private const int ChecksumLength = 6;
    private const int TailLength = FamilyIdLength + NumberLength + ProofLength + ChecksumLength;
    private const int Length = 4 + KeyText.ClientIdLength + 1 + TailLength;

    /// <summary>
    /// The token of that number. Every token of a family can be told from a guess for as long as the family is kept,
    /// though only one secret of it is.
    /// </summary>
    /// <param name="familyKey">32 random bytes that only the family's owner has.</param>
    /// <param name="clientId">Whose.</param>
    /// <param name="familyId">Of which family.</param>
    /// <param name="number">Its place.</param>
    public static RefreshText Make(ReadOnlySpan<byte> familyKey, string clientId, string familyId, int number)
    {
        var named = Encoding.ASCII.GetBytes($"sluice refresh token|{clientId}|{familyId}|{number}");
        var proof = HMACSHA256.HashData(familyKey, named);
        return new RefreshText(clientId, familyId, number, Base62.Encode(proof, ProofLength));
    }

    /// <summary>Whether the family of that key made it. In constant time.</summary>
    public bool IsMadeWith(ReadOnlySpan<byte> familyKey) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(Make(familyKey, ClientId, FamilyId, Number).Proof), Encoding.ASCII.GetBytes(Proof));

    public string Format()
    {
        var body = $"{Prefix}{ClientId}_{FamilyId}{Base62.Encode((ulong)Number, NumberLength)}{Proof}";
        return body + Base62.Encode(Crc32.Of(body), ChecksumLength);
    }

    /// <summary>
    /// Reads a token; never throws. False also for a checksum that says that a character was changed.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RefreshText token)
    {
        token = default;
        if (text.Length != Length
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || text[Prefix.Length + KeyText.ClientIdLength] != '_')
        {
            return false;
        }

        var clientId = text.Slice(Prefix.Length, KeyText.ClientIdLength);
        var tail = text[^TailLength..];
        if (!Base62.IsBase62(clientId)
            || !Base62.IsBase62(tail)
            || !Base62.TryDecode(tail[^ChecksumLength..], out var checksum)
            || checksum != Crc32.Of(text[..^ChecksumLength])
            || !Base62.TryDecode(tail.Slice(FamilyIdLength, NumberLength), out var number)
            || number == 0)
        {
            return false;
        }

        token = new RefreshText(
            clientId.ToString(), tail[..FamilyIdLength].ToString(), (int)number,
            tail.Slice(FamilyIdLength + NumberLength, ProofLength).ToString());
        return true;
    }

    /// <summary>Never the proof: one that is logged by mistake shows only whose it is.</summary>
    public override string ToString() => $"{Prefix}{ClientId}_{FamilyId}{Number}…";
}
