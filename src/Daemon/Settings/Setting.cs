namespace Sluice.Daemon.Settings;

/// <summary>One setting of a process: what is said of it, and what it is checked by before anything is bound.</summary>
public sealed record Setting
{
    /// <summary>
    /// Its place, such as <c>Edge:Port</c>. <c>#</c> stands for 0, 1, 2 …, and a <c>*</c> at the end for any name.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>Of its value: text, bool, a number, <see cref="TimeSpan"/> or an enumeration.</summary>
    public required Type Type { get; init; }

    /// <summary>What holds when it is not set, in words.</summary>
    public required string Default { get; init; }

    /// <summary>What it may be, in words.</summary>
    public required string Bounds { get; init; }

    /// <summary>What it does, in sentences.</summary>
    public required string Text { get; init; }

    /// <summary>A shorter name on the command line, such as <c>--port</c>.</summary>
    public string? Alias { get; init; }

    /// <summary>True: it must not stand on the command line, which every user of the machine can read.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The only texts that it may be; empty when others check it.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>As the variable of the environment is called.</summary>
    public string Variable => Key.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>Several values: the alias may be repeated, and stands for the whole list.</summary>
    public bool IsList => Key.EndsWith(":#", StringComparison.Ordinal);

    /// <summary>True when a key with numbers and names in it means this setting. Case does not matter.</summary>
    public bool Means(string key)
    {
        string[] ours = Key.Split(':'), theirs = key.Split(':');
        return ours[^1] == "*"
            ? theirs.Length >= ours.Length && Enumerable.Range(0, ours.Length - 1).All(i => Fits(ours[i], theirs[i]))
            : theirs.Length == ours.Length && ours.Zip(theirs).All(pair => Fits(pair.First, pair.Second));
    }

    /// <summary>What is wrong with a text as a value of this type; null when nothing is.</summary>
    public string? MistakeIn(string value) => SettingValue.MistakeIn(this, value);

    private static bool Fits(string ours, string theirs) => ours == "#"
        ? theirs.Length is > 0 and < 5 && theirs.All(char.IsAsciiDigit)
        : string.Equals(ours, theirs, StringComparison.OrdinalIgnoreCase);
}
