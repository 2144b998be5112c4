using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Sluice.Rules.Tokens;

/// <summary>The keys that tokens are judged by, found by their names (RFC 7517, section 5).</summary>
public sealed class PublicKeySet
{
    public static readonly PublicKeySet Empty = new([]);

    /// <summary>Most keys of a set.</summary>
    public const int KeysMax = 64;

    private readonly FrozenDictionary<string, PublicKey> _byId;

    /// <param name="keys">No two of one name.</param>
    public PublicKeySet(ImmutableArray<PublicKey> keys)
    {
        Keys = keys;
        _byId = keys.ToFrozenDictionary(key => key.KeyId, StringComparer.Ordinal);
    }

    public ImmutableArray<PublicKey> Keys { get; }

    /// <summary>The key of that name, letter by letter; null when there is none.</summary>
    public PublicKey? Find(string? keyId) => keyId is null ? null : _byId.GetValueOrDefault(keyId);

    /// <summary>
    /// The key that a token names. One that names none is judged by the one key of its algorithm; null where there are
    /// several, for nobody tries keys one after the other here.
    /// </summary>
    public PublicKey? FindFor(CompactToken token) => token.KeyId is not null
        ? Find(token.KeyId)
        : Keys.Where(key => key.Algorithm == token.Algorithm).Take(2).ToArray() is [var only] ? only : null;

    /// <summary>
    /// Reads a set. Null when it is none, when two keys have one name, or when it has a key that is secret. Public keys
    /// of kinds that are not known here are passed over, as RFC 7517 wants it.
    /// </summary>
    public static PublicKeySet? TryParse(ReadOnlyMemory<byte> json)
    {
        using var document = StrictJson.TryParseObject(json);
        if (document is null
            || !document.RootElement.TryGetProperty("keys", out var keys)
            || keys.ValueKind is not JsonValueKind.Array
            || keys.GetArrayLength() > KeysMax)
        {
            return null;
        }

        var read = new List<PublicKey>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in keys.EnumerateArray())
        {
            if (key.ValueKind is not JsonValueKind.Object
                || key.TextOf("kty") is null or "oct"
                || (key.TextOf("kid") is { } name && !names.Add(name)))
            {
                return null;
            }

            if (PublicKey.TryParse(key) is { } known)
            {
                read.Add(known);
            }
        }

        return read.DistinctBy(key => key.KeyId).Count() == read.Count ? new PublicKeySet([.. read]) : null;
    }

    /// <summary>As JSON: the public members of its keys, and nothing else.</summary>
    public byte[] ToJson() => JsonText.Write(json =>
    {
        json.WriteStartArray("keys");
        foreach (var key in Keys)
        {
            json.WriteStartObject();
            key.Write(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
