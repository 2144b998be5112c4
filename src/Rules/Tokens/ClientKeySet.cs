using System.Text.Json;

namespace Sluice.Rules.Tokens;

/// <summary>The public keys that a client registers, to show by a signature who it is.</summary>
public static class ClientKeySet
{
    /// <summary>Most keys of a client: what is used, what comes next, and some in reserve.</summary>
    public const int KeysMax = 8;

    /// <summary>
    /// Reads a JSON Web Key Set that an operator has sent. Unlike a set that is read from somewhere, nothing of it is
    /// passed over: whoever registers a key means to use it. Null when there are mistakes; each names its place.
    /// </summary>
    public static PublicKeySet? TryRead(ReadOnlyMemory<byte> json, ICollection<string> mistakes)
    {
        using var document = StrictJson.TryParseObject(json);
        if (document is null
            || !document.RootElement.TryGetProperty("keys", out var keys)
            || keys.ValueKind is not JsonValueKind.Array)
        {
            mistakes.Add("keys: there must be a list of JSON Web Keys.");
            return null;
        }

        if (keys.GetArrayLength() > KeysMax)
        {
            mistakes.Add($"keys: more than {KeysMax}.");
            return null;
        }

        var read = new List<PublicKey>();
        foreach (var (index, key) in keys.EnumerateArray().Index())
        {
            if (PublicKey.HasPrivateMember(key))
            {
                mistakes.Add(
                    $"keys[{index}]: has a secret member. It is no secret any more: make another pair of keys, and "
                    + "send the public half alone.");
            }
            else if (PublicKey.TryParse(key) is not { } known)
            {
                mistakes.Add(
                    $"keys[{index}]: is no key for signatures with ES256 (P-256) or RS256 (RSA of "
                    + $"{PublicKey.ModulusBitsMin} to {PublicKey.ModulusBitsMax} bits).");
            }
            else if (read.Any(other => other.KeyId == known.KeyId))
            {
                mistakes.Add($"keys[{index}]: has the kid of another one.");
            }
            else
            {
                read.Add(known);
            }
        }

        return mistakes.Count == 0 ? new PublicKeySet([.. read]) : null;
    }
}
