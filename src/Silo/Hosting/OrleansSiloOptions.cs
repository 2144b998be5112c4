using System.ComponentModel.DataAnnotations;
using Sluice.Daemon.Settings;
using Sluice.OrleansHosting;

namespace Sluice.Silo.Hosting;

/// <summary>Settings of a silo that Orleans hosts, section <c>Orleans</c>.</summary>
internal sealed class OrleansSiloOptions : OrleansOptions
{
    /// <summary>
    /// How long another silo may take to answer a probe; Orleans adapts it to what it sees, down to half. Three missed
    /// probes are a suspicion, two suspicions are death. Lower finds a crash sooner, and takes a silo without CPU for a
    /// dead one sooner.
    /// </summary>
    /// <value>0.5 s to 30 s, default 2 s. Orleans' own default is 5 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:00:30")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Where reminders are kept.</summary>
    /// <value><c>AdoNet</c> (the default), or <c>Memory</c>: lost with the silo, for development.</value>
    [AllowedValues("AdoNet", "Memory", ErrorMessage = "must be AdoNet or Memory.")]
    public string Reminders { get; set; } = "AdoNet";

    /// <summary>
    /// Names of storage providers that are Orleans' ADO.NET provider, for grains whose state names one of them. Default
    /// none. Not <c>Default</c>, which is ours: the lists of the admin API are read from it.
    /// </summary>
    public IList<string> AdoNetStorage { get; } = [];

    /// <summary>
    /// True: the Orleans dashboard stands at <c>/admin/orleans</c>. It counts every call; set it alike at all silos.
    /// </summary>
    /// <value>Default true.</value>
    public bool Dashboard { get; set; } = true;

    /// <summary>What <c>Silo:Port</c> says.</summary>
    internal int? SiloPort { get; set; }

    public static void Describe(SettingCatalog catalog) => OrleansSettings.Describe<OrleansSiloOptions>(catalog)
        .Add("ProbeTimeout", "How long another silo may take to answer a probe; three missed probes are a suspicion.")
        .Add("Reminders", "Where reminders are kept. Memory is lost with the silo, for development.")
        .Add(
            "AdoNetStorage:#", "A storage provider that is Orleans' ADO.NET provider, for grains whose state names it.",
            "a name, not Default")
        .Add("Dashboard", "Whether the Orleans dashboard stands at /admin/orleans; the same at all silos.");

    public override IEnumerable<string> Mistakes()
    {
        foreach (var mistake in base.Mistakes())
        {
            yield return mistake;
        }

        if (SiloPort is 0)
        {
            yield return "Silo:Port is 0, any free one; Orleans wants a port by its number.";
        }

        if (AdoNetStorage.Any(name => name.Length == 0 || name is "Default"))
        {
            yield return "Orleans:AdoNetStorage must name providers, and not Default, which the admin API reads.";
        }

        var needsDatabase = Reminders is "AdoNet" || AdoNetStorage.Count > 0;
        if (needsDatabase && Clustering is not "AdoNet" && !IsPostgreSql(DatabaseConnection))
        {
            yield return "Orleans:DatabaseConnection is not of the form Host=…;Database=…; it is needed because "
                + "Orleans:Reminders or Orleans:AdoNetStorage is kept there. Without PostgreSQL, set Orleans:Reminders "
                + "to "
                + "Memory.";
        }
    }
}
