using System.Net;
using Sluice.OrleansHosting;

namespace Sluice.Silo.Hosting;

/// <summary>Settings of a silo that Orleans hosts, section <c>Orleans</c>.</summary>
internal sealed class OrleansSiloOptions : OrleansOptions
{
    private static readonly string[] ReminderPlaces = ["AdoNet", "Memory"];
    private static readonly TimeSpan ProbeTimeoutMin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ProbeTimeoutMax = TimeSpan.FromSeconds(30);

    /// <summary>The port that other silos connect to.</summary>
    /// <value>1 to 65535, default 11111.</value>
    public int SiloPort { get; set; } = 11111;

    /// <summary>The IP address to listen at for silos and edges. Default all of this machine.</summary>
    public string ListenAddress { get; set; } = "0.0.0.0";

    /// <summary>
    /// The IP address that others reach this silo at: in Kubernetes, the pod's. Empty: the machine's first address.
    /// </summary>
    public string AdvertisedAddress { get; set; } = "";

    /// <summary>
    /// How long another silo may take to answer a probe; Orleans adapts it to what it sees, down to half. Three missed
    /// probes are a suspicion, two suspicions are death. Lower finds a crash sooner, and takes a silo without CPU for a
    /// dead one sooner.
    /// </summary>
    /// <value>0.5 s to 30 s, default 2 s. Orleans' own default is 5 s.</value>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Where reminders are kept.</summary>
    /// <value><c>AdoNet</c> (the default), or <c>Memory</c>: lost with the silo, for development.</value>
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

    private bool NeedsDatabase => Reminders is "AdoNet" || AdoNetStorage.Count > 0;

    public IEnumerable<string> Mistakes()
    {
        if (!OrleansMistakes.IsPort(SiloPort))
        {
            yield return $"Orleans:SiloPort {SiloPort} is not 1 to 65535.";
        }

        if (!IPAddress.TryParse(ListenAddress, out _))
        {
            yield return $"Orleans:ListenAddress '{ListenAddress}' is not an IP address.";
        }

        if (AdvertisedAddress.Length > 0
            && (!IPAddress.TryParse(AdvertisedAddress, out var advertised)
                || advertised.Equals(IPAddress.Any) || advertised.Equals(IPAddress.IPv6Any)))
        {
            yield return $"Orleans:AdvertisedAddress '{AdvertisedAddress}' is not an IP address to connect to.";
        }

        if (ProbeTimeout < ProbeTimeoutMin || ProbeTimeout > ProbeTimeoutMax)
        {
            yield return $"Orleans:ProbeTimeout {ProbeTimeout} is not between 0.5 and 30 seconds.";
        }

        if (!ReminderPlaces.Contains(Reminders))
        {
            yield return $"Orleans:Reminders '{Reminders}' is none of {string.Join(", ", ReminderPlaces)}.";
        }

        if (AdoNetStorage.Any(name => name.Length == 0 || name is "Default"))
        {
            yield return "Orleans:AdoNetStorage must name providers, and not 'Default', which the admin API reads.";
        }

        if (NeedsDatabase && Clustering is not "AdoNet" && !OrleansMistakes.IsPostgreSql(DatabaseConnection))
        {
            yield return "Orleans:DatabaseConnection must be like 'Host=…;Database=…', because Orleans:Reminders or "
                + "Orleans:AdoNetStorage is kept there. Without PostgreSQL, set Orleans:Reminders to Memory.";
        }
    }
}
