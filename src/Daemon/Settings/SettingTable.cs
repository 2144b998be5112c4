namespace Sluice.Daemon.Settings;

/// <summary>The settings as rows of a Markdown table, for docs/configuration.md.</summary>
internal static class SettingTable
{
    public static IReadOnlyList<string> Of(SettingCatalog catalog) =>
    [
        "| setting | option | default | what it may be | what it does |",
        "|---|---|---|---|---|",
        .. catalog.All.Select(setting =>
            $"| `{setting.Key}` | {OptionOf(setting)} | {setting.Default} | {Cell(setting.Bounds)} | "
            + $"{Cell(setting.Text)} |"),
    ];

    private static string OptionOf(Setting setting) =>
        setting.IsSecret ? "never" : setting.Alias is { } alias ? $"`{alias}`" : "";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
