using System.ComponentModel.DataAnnotations;

namespace Sluice.Silo.Storage;

/// <summary>
/// Where a silo keeps what must outlive it, section <c>Storage</c>. Exactly one of the two places is set.
/// </summary>
internal sealed class StorageOptions
{
    /// <summary>
    /// The PostgreSQL database, <c>postgres://user:password@host:port/database?sslmode=require</c> or a connection
    /// string of Npgsql. Holds a password: never shown.
    /// </summary>
    /// <value>Default empty. When both places are empty, the setting <c>DATABASE_URL</c> is taken.</value>
    public string DatabaseUrl { get; set; } = "";

    /// <summary>The SQLite file of a single machine; made, with its folder, when it is not there.</summary>
    /// <value>Default empty.</value>
    public string SqliteFile { get; set; } = "";

    /// <summary>How long a read or a write may take, waiting included, before its caller gets an exception.</summary>
    /// <value>1 second to 5 minutes, whole seconds, default 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most connections to PostgreSQL that this silo holds.</summary>
    /// <value>2 to 1000, default 32.</value>
    [Range(2, 1000)]
    public int ConnectionsMax { get; set; } = 32;
}
