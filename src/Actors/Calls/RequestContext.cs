namespace Sluice.Actors;

/// <summary>
/// Values that travel with every call from here on: to the called grain and to what it calls. What a called grain sets
/// never comes back to its caller. Values are shared, not copied: treat them as immutable.
/// </summary>
public static class RequestContext
{
    /// <summary>Never changed in place: whoever took it along keeps what it was. Null is empty.</summary>
    private static readonly AsyncLocal<Dictionary<string, object>?> Values = new();

    /// <summary>All keys and values; empty when there are none.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries =>
        Values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>All keys; empty when there are none.</summary>
    public static IEnumerable<string> Keys => Values.Value?.Keys ?? Enumerable.Empty<string>();

    /// <summary>What a call takes along.</summary>
    internal static Dictionary<string, object>? Current
    {
        get => Values.Value;
        set => Values.Value = value;
    }

    /// <summary>The value under that key; null when there is none.</summary>
    public static object? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Values.Value?.GetValueOrDefault(key);
    }

    /// <summary>Sets a value for the calls made from here on.</summary>
    public static void Set(string key, object value)
    {
        ArgumentNullException.ThrowIfNull(key);
        Values.Value = new Dictionary<string, object>(Values.Value ?? [], StringComparer.Ordinal) { [key] = value };
    }

    /// <summary>Takes a value out; false when there was none.</summary>
    public static bool Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (Values.Value is not { } values || !values.ContainsKey(key))
        {
            return false;
        }

        var fewer = new Dictionary<string, object>(values, StringComparer.Ordinal);
        fewer.Remove(key);
        Values.Value = fewer.Count == 0 ? null : fewer;
        return true;
    }

    /// <summary>Takes all values out.</summary>
    public static void Clear() => Values.Value = null;
}
