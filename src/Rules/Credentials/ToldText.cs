using System.Text;

namespace Sluice.Rules.Credentials;

/// <summary>
/// A text that a caller chose, as it may be stored and told: not too long, of whole characters, and without a key that
/// was put into it by mistake. Half a character has no UTF-8, so one of them would keep all that it is sent with from
/// ever arriving.
/// </summary>
public static class ToldText
{
    private const string KeyBegins = "slk_";
    private const string InPlaceOfKey = "slk_…";

    /// <param name="text">As it came; null is empty.</param>
    /// <param name="most">Characters at most, of UTF-16; 8 or more.</param>
    public static string Of(string? text, int most)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var key = text.IndexOf(KeyBegins, StringComparison.OrdinalIgnoreCase);
        if (key >= 0 && key < most)
        {
            key = Math.Min(key, most - InPlaceOfKey.Length);
            text = text[..key] + InPlaceOfKey;
        }
        else if (text.Length > most)
        {
            text = text[..most];
        }

        // What is half a character becomes the one for "no character", as everywhere; the usual text has none.
        return text.Any(char.IsSurrogate) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
    }
}
