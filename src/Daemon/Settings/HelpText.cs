using System.Text;

namespace Sluice.Daemon.Settings;

/// <summary>What <c>--help</c> prints: how settings are given, and every one with its default and bounds.</summary>
public static class HelpText
{
    private const int Columns = 100;
    private const string Indent = "      ";

    public static string Of(SettingCatalog catalog)
    {
        var help = new StringBuilder();
        Paragraph(help, "", $"{catalog.Program}: {catalog.Purpose}");
        help.AppendLine();
        help.AppendLine($"Usage: {catalog.Program} [--config FILE] [--SETTING VALUE]...");
        help.AppendLine();
        Paragraph(help, "", "Settings are taken, each overruling the one before, from their defaults, from the JSON "
            + "file of --config ({\"Edge\":{\"Port\":8080}}), from variables of the environment (Edge__Port=8080) and "
            + "from the command line (--Edge:Port 8080). # stands for 0, 1, 2 and so on. Secrets never go "
            + "on the command line.");
        help.AppendLine();
        Entry(help, "--config FILE", "A JSON file of settings.");
        Entry(help, "--help, -h, -?", "Prints this.");
        Entry(help, "--version", "Prints the version.");
        foreach (var setting in catalog.All)
        {
            var name = setting.IsSecret ? setting.Key : $"--{setting.Key} {SettingValue.NameOf(setting.Type)}";
            Entry(
                help,
                setting.Alias is null ? name : $"{name}, {setting.Alias}",
                setting.IsSecret ? $"{setting.Text} Not on the command line." : setting.Text,
                $"{setting.Bounds}; default {setting.Default}.");
        }

        help.AppendLine();
        Paragraph(help, "", $"Exit codes: {ExitCodes.Done} after a stop that was asked for, {ExitCodes.Failed} when it "
            + $"could not start or go on, {ExitCodes.Misused} when settings are wrong, {ExitCodes.Signalled} and the "
            + "signal's number when a second signal ended it at once.");
        return help.ToString();
    }

    private static void Entry(StringBuilder help, string name, params string[] texts)
    {
        help.AppendLine($"  {name}");
        foreach (var text in texts)
        {
            Paragraph(help, Indent, text);
        }
    }

    private static void Paragraph(StringBuilder help, string indent, string text)
    {
        var column = 0;
        foreach (var word in text.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > Columns)
            {
                help.AppendLine();
                column = 0;
            }

            help.Append(column == 0 ? indent : " ").Append(word);
            column += (column == 0 ? indent.Length : 1) + word.Length;
        }

        help.AppendLine();
    }
}
