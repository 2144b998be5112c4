namespace Sluice.Daemon.Settings;

/// <summary>
/// What a command line says. <c>--Section:Name VALUE</c>, <c>--alias VALUE</c>, either with <c>=</c>.
/// </summary>
/// <param name="Help">The help is wanted, and nothing else.</param>
/// <param name="Version">The version is wanted, and nothing else.</param>
/// <param name="File">The settings file; null when none is named.</param>
/// <param name="Values">Settings by key.</param>
/// <param name="Mistakes">Everything wrong. Never repeats a value: it may be a secret that was put there.</param>
public sealed record CommandLine(
    bool Help, bool Version, string? File, IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Mistakes)
{
    public const string FileOption = "--config";

    private static readonly string[] HelpOptions = ["--help", "-h", "-?"];

    public static CommandLine Read(IReadOnlyList<string> arguments, SettingCatalog catalog)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var mistakes = new List<string>();
        var (help, version, file) = (false, false, (string?)null);
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (HelpOptions.Contains(name))
            {
                help = true;
                continue;
            }

            if (name == "--version")
            {
                version = true;
                continue;
            }

            if (!IsOption(name))
            {
                mistakes.Add($"Argument {i + 1} is not an option: options begin with --.");
                continue;
            }

            if (value is null && i + 1 < arguments.Count && !IsOption(arguments[i + 1]))
            {
                value = arguments[++i];
            }

            if (name == FileOption)
            {
                if (value is null || file is not null)
                {
                    mistakes.Add(value is null ? $"{FileOption} wants a file." : $"{FileOption} is given twice.");
                }

                file ??= value;
            }
            else
            {
                Take(name, value, catalog, values, mistakes);
            }
        }

        return new CommandLine(help, version, file, values, mistakes);
    }

    private static void Take(
        string name, string? value, SettingCatalog catalog, Dictionary<string, string> values, List<string> mistakes)
    {
        var alias = catalog.All.FirstOrDefault(setting => setting.Alias == name);
        if ((alias ?? catalog.Find(name[2..])) is not { } setting)
        {
            var nearest = catalog.NearestTo(name) is { } near ? $"; did you mean {near}?" : ".";
            mistakes.Add($"{name}: there is no such option{nearest}");
        }
        else if (setting.IsSecret)
        {
            mistakes.Add(
                $"{name}: every user of this machine can read a command line; set the variable {setting.Variable}, or "
                + "name a file that holds it.");
        }
        else if (value is null)
        {
            mistakes.Add($"{name} wants a value: {setting.Bounds}.");
        }
        else if (!values.TryAdd(KeyOf(name, alias, values), value))
        {
            mistakes.Add($"{name} is given twice.");
        }
    }

    /// <summary>An alias of a list adds to it; any other one stands for its key.</summary>
    private static string KeyOf(string name, Setting? alias, Dictionary<string, string> values)
    {
        if (alias is null)
        {
            return name[2..];
        }

        return alias.IsList ? $"{alias.Key[..^1]}{values.Keys.Count(alias.Means)}" : alias.Key;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var end = IsOption(argument) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
        return end < 0 ? (argument, null) : (argument[..end], argument[(end + 1)..]);
    }

    private static bool IsOption(string argument) => 
        argument.StartsWith("--", StringComparison.Ordinal) || HelpOptions.Contains(argument);
}
