using System.ComponentModel.DataAnnotations;

namespace Sluice.Silo;

/// <summary>Settings of a silo, section <c>Silo</c>.</summary>
public sealed class SiloOptions
{
    /// <summary>
    /// The file with the master key; made when there is none. Back it up: without it no key can be verified.
    /// </summary>
    [Required]
    public string MasterKeyFile { get; set; } = "master.key";

    /// <summary>The master key itself, in place of its file; for a secret store that sets variables.</summary>
    /// <value>64 hexadecimal digits, default empty. Never shown.</value>
    public string MasterKey { get; set; } = "";

    /// <summary>
    /// Files of other master keys, which open what was wrapped under them; nothing is wrapped with them.
    /// </summary>
    public IList<string> OpeningMasterKeyFiles { get; } = [];

    /// <summary>What stands in the keys that are issued here: <c>live</c> in <c>slk_live_…</c>.</summary>
    /// <value>1 to 12 of a-z and 0-9, default <c>live</c>.</value>
    [RegularExpression("^[a-z0-9]{1,12}$", ErrorMessage = "must be 1 to 12 of a-z and 0-9.")]
    public string KeyEnvironment { get; set; } = "live";

    /// <summary>
    /// True: whoever reaches the admin API over plain HTTP does so through a proxy that ends TLS, so secrets may be
    /// told. False: they are told over TLS, and to this machine itself.
    /// </summary>
    /// <value>Default false.</value>
    public bool TlsInFront { get; set; }

    /// <summary>How often the end of the audit trail is signed; sooner when it grows by 1 000 records.</summary>
    /// <value>1 minute to 1 day, default 1 hour.</value>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan AuditCheckpointPeriod { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A file that signed checkpoints are added to: of a volume that others than the database's own.</summary>
    /// <value>Default empty: none.</value>
    public string AuditCheckpointFile { get; set; } = "";

    /// <summary>An address that signed checkpoints are posted to, each by itself, as <c>application/jose</c>.</summary>
    /// <value>Default empty: none.</value>
    public string AuditCheckpointUrl { get; set; } = "";

    /// <summary>A file with the bearer token for <see cref="AuditCheckpointUrl"/>.</summary>
    /// <value>Default empty: none is sent.</value>
    public string AuditCheckpointTokenFile { get; set; } = "";

    /// <summary>How many days beyond the end of its month a record of the audit trail is kept.</summary>
    /// <value>180 to 99999; or 0, the default: for ever.</value>
    [RegularExpression(@"^(0|1[89]\d|[2-9]\d\d|\d{4,5})$", ErrorMessage = "must be 0, or 180 or more.")]
    public int AuditKeepDays { get; set; }

    /// <summary>How many days the call log keeps a call.</summary>
    /// <value>180 to 99999, default 400; or 0: for ever.</value>
    [RegularExpression(@"^(0|1[89]\d|[2-9]\d\d|\d{4,5})$", ErrorMessage = "must be 0, or 180 or more.")]
    public int CallLogDays { get; set; } = 400;

    /// <summary>
    /// Networks that operators come from, in CIDR notation. Others get 403 for everything on this port but its health.
    /// </summary>
    /// <value>Default empty: every network.</value>
    public IList<string> AdminNetworks { get; } = [];

    /// <summary>True: <c>/metrics</c> wants an admin key like everything else on this port.</summary>
    /// <value>Default false: it names no client, and scrapers come without credentials.</value>
    public bool ProtectMetrics { get; set; }
}
