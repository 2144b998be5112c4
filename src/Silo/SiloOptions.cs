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

    /// <summary>True: <c>/metrics</c> wants an admin key like everything else on this port.</summary>
    /// <value>Default false: it names no client, and scrapers come without credentials.</value>
    public bool ProtectMetrics { get; set; }
}
