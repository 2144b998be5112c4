using System.Text;

namespace Sluice.Rules.Logins;

/// <summary>
/// Where people are sent back to. What is not registered letter by letter gets nothing, since whoever chooses the
/// address gets the code; but a program on the person's own machine takes whatever port is free (RFC 8252, 7.3).
/// </summary>
public static class RedirectAddress
{
    /// <summary>Most characters of an address.</summary>
    public const int LengthMax = 512;

    /// <summary>What an address must be, for people.</summary>
    public const string Rule =
        "an https address, or http to 127.0.0.1 or [::1], without user and fragment, of 512 characters at most";

    /// <summary>Never by name: what 'localhost' is, others on the machine or in the network may decide.</summary>
    private static readonly string[] Loopbacks = ["http://127.0.0.1", "http://[::1]"];

    /// <summary>Whether an address may be registered.</summary>
    public static bool IsOne(string text) =>
        text.Length is > 0 and <= LengthMax
        && text.All(character => character is > ' ' and < '\u007f' and not ('#' or '\\' or '"' or '<' or '>'))
        && Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.UserInfo.Length == 0
        && !AuthorityOf(text).Contains('@', StringComparison.Ordinal)
        && address.Host.Length > 0
        && (text.StartsWith("https://", StringComparison.Ordinal) || WithoutPort(text) is not null);

    /// <summary>Whether a request may name an address where another one is registered.</summary>
    public static bool IsRegistered(string registered, string requested) =>
        registered == requested || (WithoutPort(registered) is { } own && own == WithoutPort(requested));

    /// <summary>
    /// An address with parameters behind those that it has. A fragment stays behind them all.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="parameters">By name; one without a value is left out.</param>
    public static string With(string address, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new StringBuilder(address);
        var begins = !address.Contains('?', StringComparison.Ordinal);
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                text.Append(begins ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
                begins = false;
            }
        }

        return text.ToString();
    }

    /// <summary>Null for an address that is not on the person's own machine.</summary>
    private static string? WithoutPort(string address)
    {
        foreach (var host in Loopbacks)
        {
            if (!address.StartsWith(host, StringComparison.Ordinal))
            {
                continue;
            }

            var rest = address.AsSpan(host.Length);
            if (rest is [':', .. var port])
            {
                var digits = port.IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : port.Length;
                if (digits is 0 or > 5)
                {
                    return null;
                }

                rest = port[digits..];
            }

            // Otherwise 'http://127.0.0.1:1@evil.example' would be one of ours.
            return rest is [] or ['/' or '?', ..] ? host + rest.ToString() : null;
        }

        return null;
    }

    private static string AuthorityOf(string address)
    {
        var begin = address.IndexOf("//", StringComparison.Ordinal) + 2;
        var end = address.AsSpan(begin).IndexOfAny('/', '?');
        return end < 0 ? address[begin..] : address[begin..(begin + end)];
    }
}
