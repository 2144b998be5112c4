using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Sluice.Rules.Keys;

namespace Sluice.Rules;

/// <summary>The names that operators choose, and the ids made from them.</summary>
public static class Names
{
    public const int LengthMax = 63;

    /// <summary>How the rule is told to people.</summary>
    public const string Rule = "1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static bool IsName(string name) =>
        name.Length is >= 1 and <= LengthMax
        && !name.AsSpan().ContainsAnyExcept(Allowed)
        && name[0] != '-' && name[^1] != '-';

    /// <summary>
    /// The id of the client with this name in this tenant. Made from both, so that making a client again is the same
    /// client, and a configuration file needs no ids. It is an address, not a secret.
    /// </summary>
    public static string ClientId(string tenant, string name)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}/{name}"));
        return string.Create(KeyText.ClientIdLength, digest, static (id, bytes) =>
        {
            for (var i = 0; i < id.Length; i++)
            {
                id[i] = Base62.Alphabet[bytes[i] % Base62.Alphabet.Length];
            }
        });
    }

    public static bool IsClientId(string id) => id.Length == KeyText.ClientIdLength && Base62.IsBase62(id);
}
