namespace Sluice.Actors.Hosting;

/// <summary>A silo's place in a cluster.</summary>
public sealed class ClusterOptions
{
    /// <summary>
    /// Which cluster. Processes with another id are turned away without a word. 1 to 100 characters, default
    /// <c>sluice</c>.
    /// </summary>
    public string ClusterId { get; set; } = "sluice";

    /// <summary>This process's name, for people. Default the machine's name.</summary>
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>The address to listen on. An IP address; default all.</summary>
    public string ListenAddress { get; set; } = "0.0.0.0";

    /// <summary>The port to listen on. 0 to 65535, default 11111; 0 takes any free one.</summary>
    public int Port { get; set; } = 11111;

    /// <summary>
    /// The address by which silos and clients reach this silo: an IP address or a DNS name. Empty, the default, is the
    /// first address of the machine that is not its loopback, or the loopback when it listens on that.
    /// </summary>
    public string AdvertisedHost { get; set; } = "";

    /// <summary>The port by which others reach this silo; zero, the default, is the port it listens on.</summary>
    public int AdvertisedPort { get; set; }

    /// <summary>How connections are protected.</summary>
    public ClusterTlsOptions Tls { get; } = new();

    /// <summary>How connections are watched.</summary>
    public ConnectionOptions Connections { get; } = new();
}

/// <summary>A client's way into a cluster.</summary>
public sealed class ClusterClientOptions
{
    /// <summary>Which cluster, as its silos call it. Default <c>sluice</c>.</summary>
    public string ClusterId { get; set; } = "sluice";

    /// <summary>This process's name, for people. Default the machine's name.</summary>
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>
    /// Where silos may be found: <c>host:port</c> with an IP address or a DNS name, which may stand for many. At least
    /// one. They are kept for ever, and resolved again each second while no silo answers.
    /// </summary>
    public IList<string> Seeds { get; } = [];

    /// <summary>How connections are protected.</summary>
    public ClusterTlsOptions Tls { get; } = new();

    /// <summary>How connections are watched.</summary>
    public ConnectionOptions Connections { get; } = new();
}

/// <summary>How connections between the processes of a cluster are protected. All empty: they are not.</summary>
public sealed class ClusterTlsOptions
{
    /// <summary>This process's certificate with its chain, PEM. Read again when the file has changed.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The certificate's private key, PEM, without a password.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>
    /// The authorities whose certificates are believed, PEM; nothing else is, the machine's own list neither.
    /// </summary>
    public string TrustedCertificatesFile { get; set; } = "";

    /// <summary>
    /// True, the default: who connects must show a certificate of a trusted authority. False protects only against
    /// listening.
    /// </summary>
    public bool RequirePeerCertificate { get; set; } = true;

    /// <summary>
    /// The DNS name that the certificates of silos carry; who says it is a silo and has another one is turned away.
    /// Empty, the default: every trusted certificate may be a silo's.
    /// </summary>
    public string SiloName { get; set; } = "";

    /// <summary>True when connections are encrypted.</summary>
    public bool IsEnabled => CertificateFile.Length > 0 || TrustedCertificatesFile.Length > 0;
}

/// <summary>When a connection is taken for lost.</summary>
public sealed class ConnectionOptions
{
    /// <summary>How often a sign of life is asked for. Default 500 ms; longer than zero.</summary>
    public TimeSpan PingPeriod { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// A peer that gave no sign of life for so long is lost, and the calls open there fail. Default 1.5 s; at least two
    /// periods.
    /// </summary>
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>How long connecting may take, the handshake included. Default 1 s; longer than zero.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long after a failure nobody tries again. Default 250 ms; zero or longer.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromMilliseconds(250);
}
