using System.ComponentModel.DataAnnotations;

namespace Sluice.Silo.Hosting;

/// <summary>Settings of a silo that is a process of its own, section <c>Silo</c>.</summary>
internal sealed class SiloProcessOptions
{
    /// <summary>The port for other silos and for edges.</summary>
    /// <value>0 (any free one) to 65535; default null: the silo is alone, and no edge can reach it.</value>
    [Range(0, 65535)]
    public int? Port { get; set; }

    /// <summary>The IP address to listen at for silos and edges.</summary>
    /// <value>Default all of this machine.</value>
    public string ListenAddress { get; set; } = "0.0.0.0";

    /// <summary>The IP address or DNS name that silos and edges reach this silo at.</summary>
    /// <value>Default empty: the machine's first address that is not its loopback.</value>
    public string Address { get; set; } = "";

    /// <summary>The port that they reach it at.</summary>
    /// <value>1 to 65535; 0, the default, is <see cref="Port"/>.</value>
    [Range(0, 65535)]
    public int AdvertisedPort { get; set; }

    /// <summary>This silo's name, for people.</summary>
    /// <value>At most 100 characters; default empty: the machine's name.</value>
    [StringLength(100, ErrorMessage = "must be at most 100 characters long.")]
    public string Name { get; set; } = "";

    /// <summary>
    /// The certificate for operators with those between it and its authority, PEM; read again when it has changed.
    /// </summary>
    /// <value>Default empty: operators speak plain HTTP, or TLS with a proxy in front.</value>
    public string AdminCertificateFile { get; set; } = "";

    /// <summary>Its private key, PEM, without a password.</summary>
    /// <value>Default empty.</value>
    public string AdminCertificateKeyFile { get; set; } = "";

    /// <summary>The IP address to listen at for operators: admin API, health, metrics.</summary>
    /// <value>Default the loopback.</value>
    public string AdminListenAddress { get; set; } = "127.0.0.1";

    /// <summary>The port for operators.</summary>
    /// <value>0 (any free one) to 65535, default 8090.</value>
    [Range(0, 65535)]
    public int AdminPort { get; set; } = 8090;

    /// <summary>A file of tenants, plans and clients that is put in force before the silo is ready.</summary>
    /// <value>Default empty: none.</value>
    public string File { get; set; } = "";

    /// <summary>
    /// A file that a key of the first administrator is kept in: with it, the administrator is made when there is none,
    /// and a key is issued when the one in the file does not work.
    /// </summary>
    /// <value>Default empty: nobody is made.</value>
    public string AdminKeyFile { get; set; } = "";

    /// <summary>How long grains may take, when the silo stops, to end what they do and to move elsewhere.</summary>
    /// <value>Zero to 10 minutes, default 30 s. What has not ended by then is left to its database.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public string NameOrMachine => Name.Length > 0 ? Name : Environment.MachineName;
}
