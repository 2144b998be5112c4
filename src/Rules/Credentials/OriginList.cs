using System.Collections.Immutable;

namespace Sluice.Rules.Credentials;

/// <summary>
/// Pages of which a tenant's clients may call from browsers, by their origins (RFC 6454): scheme, host and port. There
/// is at least one.
/// </summary>
/// <param name="Origins">As browsers write them, such as <c>https://chat.example.com</c>.</param>
public sealed record OriginList(ImmutableArray<string> Origins)
{
    /// <summary>Most origins of a list.</summary>
    public const int OriginsMax = 64;

    /// <summary>What a browser writes for a page that has no origin, such as a file; no list has it.</summary>
    public const string Opaque = "null";

    /// <summary>Longest origin, in characters: the longest name of a host, its scheme and its port.</summary>
    public const int LengthMax = 270;

    /// <summary>The list of these; null when there is none, which lets no browser in.</summary>
    public static OriginList? Of(ImmutableArray<string> origins) => origins.IsEmpty ? null : new OriginList(origins);

    /// <summary>Only in the same spelling, as the Fetch standard compares them; <see cref="Opaque"/> never.</summary>
    public bool Allows(string origin) => Origins.Contains(origin, StringComparer.Ordinal);

    /// <summary>
    /// Whether a browser would write it so. Pages that came without TLS are nobody to entrust anything to, but for
    /// those of this very machine.
    /// </summary>
    public static bool IsOrigin(string text) =>
        text.Length <= LengthMax
        && Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.GetLeftPart(UriPartial.Authority) == text
        && address.UserInfo.Length == 0;

    /// <summary>Every mistake in a list, one sentence each; none when it may be used.</summary>
    public static IEnumerable<string> MistakesIn(ImmutableArray<string> origins, string place)
    {
        if (origins.Length > OriginsMax)
        {
            yield return $"{place}: {origins.Length} entries are too many; {OriginsMax} is the most.";
        }

        foreach (var origin in origins)
        {
            if (!IsOrigin(origin))
            {
                yield return $"{place}: '{origin}' is not an origin as browsers write it, such as "
                    + "https://chat.example.com: https, or http on localhost, and no path.";
            }
        }
    }

    public bool Equals(OriginList? other) => other is not null && Origins.SequenceEqual(other.Origins);

    public override int GetHashCode() => Origins.Length;
}
