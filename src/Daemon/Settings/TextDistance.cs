namespace Sluice.Daemon.Settings;

/// <summary>
/// How far two names are apart: single characters to add, drop or change (Levenshtein), whatever their case.
/// </summary>
internal static class TextDistance
{
    public static int Between(string one, string other)
    {
        var previous = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 0; i < one.Length; i++)
        {
            var current = new int[other.Length + 1];
            current[0] = i + 1;
            for (var j = 0; j < other.Length; j++)
            {
                var changed = char.ToUpperInvariant(one[i]) == char.ToUpperInvariant(other[j]) ? 0 : 1;
                current[j + 1] = Math.Min(Math.Min(current[j], previous[j + 1]) + 1, previous[j] + changed);
            }

            previous = current;
        }

        return previous[^1];
    }
}
