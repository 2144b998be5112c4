using System.Collections;

namespace Sluice.Daemon.Settings;

/// <summary>
/// Puts a process's settings together. Rising: defaults, the file, the environment, the command line. Nothing else is
/// looked at: no file that happens to lie in the working folder decides anything.
/// </summary>
public static class SettingsReader
{
    /// <summary>
    /// Variables that are read under their own names, because hosting platforms and collectors set them.
    /// </summary>
    private static readonly string[] PlainVariables =
        ["DATABASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL"];

    /// <summary>Reads the file that the command line names, and puts everything together.</summary>
    /// <param name="catalog">What there is to set.</param>
    /// <param name="line">What the command line says.</param>
    /// <param name="environment">Variables of the environment, as the system lists them.</param>
    /// <param name="mistakes">
    /// Gets every mistake. A value that cannot be read is left out, so that what is bound to has its default and the
    /// rest can be checked as well.
    /// </param>
    public static IReadOnlyDictionary<string, string?> Read(
        SettingCatalog catalog, CommandLine line, IDictionary environment, List<string> mistakes)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (line.File is { } path)
        {
            foreach (var (key, value) in SettingsFile.Read(path, mistakes))
            {
                if (!catalog.IsOfOthers(key))
                {
                    Take(key, value, $"{path}: {key}", ":");
                }
            }
        }

        foreach (DictionaryEntry variable in environment)
        {
            var (name, value) = ((string)variable.Key, (string?)variable.Value);
            var key = name.Replace("__", ":", StringComparison.Ordinal);
            if (string.IsNullOrEmpty(value))
            {
                continue; // Compose files and charts set what they leave open to nothing.
            }

            if (PlainVariables.Contains(name, StringComparer.Ordinal))
            {
                settings[name] = value;
            }
            else if (key.Contains(':', StringComparison.Ordinal) && catalog.HasSectionOf(key))
            {
                Take(key, value, $"variable {name}", "__");
            }
        }

        DropListsThatAreReplaced(catalog, line, settings);
        foreach (var (key, value) in line.Values)
        {
            Take(key, value, $"--{key}", ":");
        }

        return settings;

        void Take(string key, string value, string place, string separator)
        {
            if (catalog.Find(key) is not { } setting)
            {
                var nearest = catalog.NearestTo(key) is { } near
                    ? $"; did you mean {near.Replace(":", separator, StringComparison.Ordinal)}?"
                    : ".";
                mistakes.Add($"{place}: there is no such setting{nearest}");
            }
            else if (setting.MistakeIn(value) is { } mistake)
            {
                mistakes.Add($"{place}: {mistake}.");
            }
            else
            {
                settings[key] = value;
            }
        }
    }

    /// <summary>
    /// A list on the command line is the list: were it merged by number, an edge told of one seed would keep the others
    /// of its file.
    /// </summary>
    private static void DropListsThatAreReplaced(
        SettingCatalog catalog, CommandLine line, Dictionary<string, string?> settings)
    {
        foreach (var list in catalog.All.Where(setting => setting.IsList && line.Values.Keys.Any(setting.Means)))
        {
            foreach (var key in settings.Keys.Where(list.Means).ToList())
            {
                settings.Remove(key);
            }
        }
    }
}
