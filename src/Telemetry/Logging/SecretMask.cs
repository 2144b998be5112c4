using System.Text.RegularExpressions;

namespace Sluice.Telemetry.Logging;

/// <summary>
/// The last line of defence: no code should log a credential, and if some does, this keeps it out of the log. What says
/// whose key it was stays, what would let anyone use it goes.
/// </summary>
internal static partial class SecretMask
{
    /// <summary>
    /// The text with <c>…</c> for the secret part of every key and for every bearer token. Free of allocations when
    /// there is nothing to mask.
    /// </summary>
    public static string Apply(string text) => Secrets().Replace(text, "${kept}…");

    /// <remarks>
    /// Wider than a valid key on purpose: one that lost or gained a character in copying would still give away nearly
    /// all of the secret. Eight characters are more than the version that a shortened key may show.
    /// </remarks>
    [GeneratedRegex(
        """
        (?<kept>\b(?i:bearer)\s+(?:slk_[a-z0-9]{1,12}_[0-9A-Za-z]{12}_)?)[0-9A-Za-z._~+/-]+=*
        | (?<kept>slk_[a-z0-9]{1,12}_[0-9A-Za-z]{12}_)[0-9A-Za-z]{8,}
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Secrets();
}
