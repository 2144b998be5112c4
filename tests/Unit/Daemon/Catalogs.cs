using System.ComponentModel.DataAnnotations;
using Sluice.Daemon.Settings;

namespace Sluice.Unit.Daemon;

/// <summary>A small process's settings: one of every kind.</summary>
internal static class Catalogs
{
    public static SettingCatalog Shop() => Make(new SettingCatalog("Shop", "sells.") { SectionsOfOthers = ["Bank"] });

    private static SettingCatalog Make(SettingCatalog catalog)
    {
        catalog.Section<ShopOptions>("Shop")
            .Add("Port", "Where.", alias: "--port")
            .Add("Till", "How long.")
            .Add("Open", "Whether.")
            .Add("Share", "How much.")
            .Add("Name", "Who.", "a name", unset: "the machine's name")
            .Add("Password", "Secret.", "a text", secret: true)
            .Add("Doors:#", "A door.", "a name", "--door")
            .Add("Shelves:#:Name", "A shelf.", "a name")
            .Add("Shelves:#:Boards", "Its boards.");
        catalog.Add(new Setting
        {
            Key = "Logging:LogLevel:*",
            Type = typeof(DayOfWeek),
            Default = "none",
            Bounds = "a day",
            Text = "A day.",
        });
        catalog.Add(new Setting
        {
            Key = "Logging:Format",
            Type = typeof(string),
            Default = "text",
            Bounds = "text or json",
            Text = "How.",
            Values = ["text", "json"],
        });
        return catalog;
    }
}

internal sealed class ShopOptions
{
    [Range(0, 65535)]
    public int Port { get; set; } = 80;

    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan Till { get; set; } = TimeSpan.FromSeconds(30);

    public bool Open { get; set; } = true;

    [Range(0.0, 1.0)]
    public double Share { get; set; } = 0.5;

    public string Name { get; set; } = "";

    public string Password { get; set; } = "";

    public IList<string> Doors { get; } = [];

    public IList<ShelfOptions> Shelves { get; } = [];
}

internal sealed class ShelfOptions
{
    public string Name { get; set; } = "";

    [Range(1, 9)]
    public int? Boards { get; set; }
}
