using System.ComponentModel.DataAnnotations;

namespace Sluice.Edge.Hosting;

/// <summary>Settings of an edge that is a process of its own, section <c>Edge</c>.</summary>
internal sealed class EdgeProcessOptions
{
    /// <summary>Where silos are looked for: <c>host:port</c> each; a DNS name may stand for many.</summary>
    /// <value>At least one; there is no default.</value>
    public IList<string> Seeds { get; } = [];

    /// <summary>This edge's name, for people.</summary>
    /// <value>At most 100 characters; default empty: the machine's name.</value>
    [StringLength(100, ErrorMessage = "must be at most 100 characters long.")]
    public string Name { get; set; } = "";

    /// <summary>The IP address to listen at for clients.</summary>
    /// <value>Default the loopback.</value>
    public string ListenAddress { get; set; } = "127.0.0.1";

    /// <summary>The port for clients.</summary>
    /// <value>0 (any free one) to 65535, default 8080.</value>
    [Range(0, 65535)]
    public int Port { get; set; } = 8080;

    /// <summary>
    /// The certificate for clients with those between it and its authority, PEM; read again when it has changed.
    /// </summary>
    /// <value>Default empty: clients speak plain HTTP, or TLS with a proxy in front.</value>
    public string CertificateFile { get; set; } = "";

    /// <summary>Its private key, PEM, without a password.</summary>
    /// <value>Default empty.</value>
    public string CertificateKeyFile { get; set; } = "";

    /// <summary>The IP address to listen at for operators: health and metrics.</summary>
    /// <value>Default the loopback.</value>
    public string AdminListenAddress { get; set; } = "127.0.0.1";

    /// <summary>The port for operators.</summary>
    /// <value>0 (any free one) to 65535, default 9090.</value>
    [Range(0, 65535)]
    public int AdminPort { get; set; } = 9090;

    /// <summary>
    /// How long a stopping edge still takes requests, with <c>/readyz</c> at 503 already: until load balancers have
    /// noticed.
    /// </summary>
    /// <value>Zero to 5 minutes, default 5 s.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan StopDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long calls may go on after that; then they are ended with an error.</summary>
    /// <value>Zero to 1 hour, default 30 s.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public string NameOrMachine => Name.Length > 0 ? Name : Environment.MachineName;
}
