using System.Globalization;

namespace Sluice.Rules.Credentials;

/// <summary>
/// What a client asks for against calls that come twice. Values are wire: they are only ever added to.
/// </summary>
public enum ReplayMode
{
    /// <summary>Nothing.</summary>
    Off = 0,

    /// <summary>Each call names itself, and a name is good once in <see cref="ReplayKey.KeyLifetime"/>.</summary>
    Key = 1,

    /// <summary>Each call has a name that says when it was made, and is good once for ever.</summary>
    Nonce = 2,
}

/// <summary>What is wrong with the name of a call.</summary>
public enum ReplayFault
{
    None,

    /// <summary>There is none.</summary>
    Missing,

    /// <summary>It is no name, or does not say when it was made.</summary>
    Malformed,

    /// <summary>It says that it was made too long ago, or too far ahead.</summary>
    Stale,
}

/// <summary>
/// The name that a client gives to a call, in the header <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key).
/// </summary>
/// <param name="Name">1 to <see cref="LengthMax"/> visible characters of ASCII.</param>
/// <param name="ExpiresAt">Until when it must be remembered, in seconds since 1970.</param>
public readonly record struct ReplayKey(string Name, long ExpiresAt)
{
    public const int LengthMax = 255;

    /// <summary>How long a name that says nothing of itself is remembered.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(1);

    /// <summary>How far the time in a nonce may be from ours, to either side.</summary>
    public static readonly TimeSpan NonceLifetime = TimeSpan.FromMinutes(5);

    private const char Version7 = '7';
    private const int VersionAt = 14; // In xxxxxxxx-xxxx-Vxxx-…
    private const int UuidLength = 36;

    /// <summary>Reads the name of a call.</summary>
    /// <param name="mode">What the client asks for; not <see cref="ReplayMode.Off"/>.</param>
    /// <param name="text">What the call says; null when it says nothing.</param>
    /// <param name="now">The time of who judges.</param>
    /// <param name="key">The name; nothing when there is a fault.</param>
    public static ReplayFault TryRead(ReplayMode mode, string? text, DateTimeOffset now, out ReplayKey key)
    {
        key = default;
        if (string.IsNullOrEmpty(text))
        {
            return ReplayFault.Missing;
        }

        if (text.Length > LengthMax || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return ReplayFault.Malformed;
        }

        if (mode is not ReplayMode.Nonce)
        {
            key = new ReplayKey(text, (now + KeyLifetime).ToUnixTimeSeconds());
            return ReplayFault.None;
        }

        if (MadeAt(text) is not { } made)
        {
            return ReplayFault.Malformed;
        }

        if ((now - made).Duration() > NonceLifetime)
        {
            return ReplayFault.Stale;
        }

        // In one spelling: letters of either case are the same nonce.
        key = new ReplayKey(text.ToLowerInvariant(), (made + NonceLifetime).ToUnixTimeSeconds());
        return ReplayFault.None;
    }

    /// <summary>The time in a UUID of version 7 (RFC 9562, 5.7), to the millisecond; null for anything else.</summary>
    private static DateTimeOffset? MadeAt(string text) =>
        text.Length == UuidLength
        && text[VersionAt] == Version7
        && Guid.TryParseExact(text, "D", out _)
        && long.TryParse(
            string.Concat(text.AsSpan(0, 8), text.AsSpan(9, 4)), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
}
