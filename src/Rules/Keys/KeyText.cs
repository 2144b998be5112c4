using System.Buffers;

namespace Sluice.Rules.Keys;

/// <summary>Why a text is not a key.</summary>
public enum KeyTextFault
{
    None,

    /// <summary>It does not have the form of a key of ours.</summary>
    Malformed,

    /// <summary>It has the form, and its checksum says that a character was changed or lost.</summary>
    Checksum,
}

/// <summary>
/// A key as clients carry it: <c>slk_&lt;environment&gt;_&lt;client&gt;_&lt;version&gt;&lt;secret&gt;&lt;crc&gt;</c>,
/// all in base 62. The prefix is for secret scanners, the client and the version name the one grain to ask, the secret
/// has 256 bits, and the CRC-32 of all before it lets anyone refuse a mistyped key without a look-up.
/// </summary>
/// <param name="Environment">1 to 12 of a-z and 0-9, such as <c>live</c>.</param>
/// <param name="ClientId">12 characters.</param>
/// <param name="Version">1 to 238 327, in 3 characters.</param>
/// <param name="Secret">43 characters.</param>
public readonly record struct KeyText(string Environment, string ClientId, int Version, string Secret)
{
    public const string Prefix = "slk_";
    public const int ClientIdLength = 12;
    public const int VersionLength = 3;
    public const int SecretLength = 43;
    public const int ChecksumLength = 6;
    public const int VersionMax = 62 * 62 * 62 - 1;

    private const int EnvironmentLengthMax = 12;
    private const int TailLength = VersionLength + SecretLength + ChecksumLength;

    private static readonly SearchValues<char> OfEnvironment =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>What secret scanners look for; the checksum then tells a key from a look-alike.</summary>
    public const string Pattern = "slk_[a-z0-9]{1,12}_[0-9A-Za-z]{12}_[0-9A-Za-z]{52}";

    /// <summary>The secret of 32 random bytes.</summary>
    public static string SecretOf(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, 32);
        return Base62.Encode(random, SecretLength);
    }

    public string Format()
    {
        var body = $"{Prefix}{Environment}_{ClientId}_{Base62.Encode((ulong)Version, VersionLength)}{Secret}";
        return body + Base62.Encode(Crc32.Of(body), ChecksumLength);
    }

    /// <summary>Reads a key; never throws, and never repeats the text it was given.</summary>
    public static KeyTextFault TryParse(ReadOnlySpan<char> text, out KeyText key)
    {
        key = default;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return KeyTextFault.Malformed;
        }

        var rest = text[Prefix.Length..];
        var environmentEnd = rest.IndexOf('_');
        if (environmentEnd is < 1 or > EnvironmentLengthMax
            || rest.Length != environmentEnd + 1 + ClientIdLength + 1 + TailLength)
        {
            return KeyTextFault.Malformed;
        }

        var environment = rest[..environmentEnd];
        var clientId = rest.Slice(environmentEnd + 1, ClientIdLength);
        var tail = rest[^TailLength..];
        if (environment.ContainsAnyExcept(OfEnvironment)
            || rest[environmentEnd + 1 + ClientIdLength] != '_'
            || !Base62.IsBase62(clientId)
            || !Base62.IsBase62(tail))
        {
            return KeyTextFault.Malformed;
        }

        if (!Base62.TryDecode(tail[^ChecksumLength..], out var checksum)
            || checksum != Crc32.Of(text[..^ChecksumLength]))
        {
            return KeyTextFault.Checksum;
        }

        if (!Base62.TryDecode(tail[..VersionLength], out var version) || version == 0)
        {
            return KeyTextFault.Malformed;
        }

        key = new KeyText(
            environment.ToString(),
            clientId.ToString(),
            (int)version,
            tail.Slice(VersionLength, SecretLength).ToString());
        return KeyTextFault.None;
    }

    /// <summary>Never the secret: a key that is logged by mistake shows only whose it is.</summary>
    public override string ToString() => $"{Prefix}{Environment}_{ClientId}_{Version}…";
}
