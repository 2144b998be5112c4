namespace Sluice.Daemon.Settings;

/// <summary>
/// Every setting of a process. What it is started with is checked against this, <c>--help</c> and the tables of
/// docs/configuration.md are written from it, and tests hold it to the classes that settings are bound to.
/// </summary>
/// <param name="program">The program's name, such as <c>Sluice.Edge</c>.</param>
/// <param name="purpose">What it is, in a sentence.</param>
public sealed class SettingCatalog(string program, string purpose)
{
    private readonly List<Setting> _all = [];
    private readonly List<(string Section, Type Options)> _bound = [];

    public string Program { get; } = program;

    public string Purpose { get; } = purpose;

    /// <summary>In the order of the help.</summary>
    public IReadOnlyList<Setting> All => _all;

    /// <summary>The classes that sections are bound to; a section may have several.</summary>
    public IReadOnlyList<(string Section, Type Options)> Bound => _bound;

    /// <summary>
    /// Sections that other processes of ours read. A file for all of them may have these; they are not looked into.
    /// </summary>
    public IReadOnlyList<string> SectionsOfOthers { get; init; } = [];

    /// <summary>Describes a section's settings that are bound to this class.</summary>
    public SettingSection Section<TOptions>(string section)
        where TOptions : new()
    {
        _bound.Add((section, typeof(TOptions)));
        return new SettingSection(this, section, typeof(TOptions));
    }

    /// <summary>Adds a setting that is bound to no class.</summary>
    public void Add(Setting setting)
    {
        if (_all.Any(other => other.Key == setting.Key || (other.Alias is { } alias && alias == setting.Alias)))
        {
            throw new ArgumentException($"{setting.Key} or its alias is there already.", nameof(setting));
        }

        _all.Add(setting);
    }

    /// <summary>The setting that a key with numbers and names in it means; null when there is none.</summary>
    public Setting? Find(string key) => _all.Find(setting => setting.Means(key));

    /// <summary>True when the first part of the key is a section of this process.</summary>
    public bool HasSectionOf(string key)
    {
        var section = FirstPart(key);
        return _all.Exists(setting =>
            string.Equals(FirstPart(setting.Key), section, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>True when the first part of the key is a section of another process only.</summary>
    public bool IsOfOthers(string key) =>
        !HasSectionOf(key) && SectionsOfOthers.Contains(FirstPart(key), StringComparer.OrdinalIgnoreCase);

    /// <summary>The setting that was most likely meant by a name that is none; null when none is near.</summary>
    public string? NearestTo(string name)
    {
        var names = name.StartsWith("--", StringComparison.Ordinal)
            ? _all.Select(setting => setting.Alias).OfType<string>().Concat(_all.Select(setting => $"--{setting.Key}"))
            : _all.Select(setting => setting.Key);
        var (distance, nearest) = names
            .Select(candidate => (TextDistance.Between(candidate, name), candidate))
            .DefaultIfEmpty((int.MaxValue, ""))
            .MinBy(pair => pair.Item1);
        return distance <= Math.Min(3, name.Length / 3) ? nearest : null;
    }

    private static string FirstPart(string key) => key.Split(':')[0];
}
