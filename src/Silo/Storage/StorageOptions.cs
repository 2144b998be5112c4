using System.ComponentModel.DataAnnotations;

namespace Sluice.Silo.Storage;

/// <summary>
/// Where a silo keeps what must outlive it, section <c>Storage</c>. Exactly one of PostgreSQL and SQLite is set.
/// </summary>
internal sealed class StorageOptions
{
    /// <summary>
    /// The PostgreSQL database, <c>postgres://user:password@host:port/database?sslmode=require</c> or a connection
    /// string of Npgsql. Holds a password: never shown.
    /// </summary>
    /// <value>Default empty. When no place is set, the setting <c>DATABASE_URL</c> is taken.</value>
    public string DatabaseUrl { get; set; } = "";

    /// <summary>A file that holds the address, in place of <see cref="DatabaseUrl"/>.</summary>
    /// <value>Default empty.</value>
    public string DatabaseUrlFile { get; set; } = "";

    /// <summary>
    /// A file with the address of the same database for another role, which owns the tables: it brings the schema up to
    /// date, and grants <see cref="DatabaseUrl"/>'s role what a silo needs. That one may then add to the audit trail,
    /// and not change it.
    /// </summary>
    /// <value>Default empty: <see cref="DatabaseUrl"/>'s role does so itself, and owns the tables.</value>
    public string OwnerUrlFile { get; set; } = "";

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

    /// <summary>Why <see cref="DatabaseUrlFile"/> gave no address; null when it did, or is not set.</summary>
    internal string? DatabaseUrlFileMistake { get; private set; }

    /// <summary>Takes the address from its file, or else from the variable that hosting platforms set.</summary>
    internal void TakeDatabaseUrl(string? variable)
    {
        if (DatabaseUrlFile.Length == 0)
        {
            DatabaseUrl = DatabaseUrl.Length == 0 && SqliteFile.Length == 0 ? variable ?? "" : DatabaseUrl;
            return;
        }

        if (DatabaseUrl.Length > 0)
        {
            DatabaseUrlFileMistake = "and Storage:DatabaseUrl are both set; leave one out.";
            return;
        }

        try
        {
            DatabaseUrl = File.ReadAllText(DatabaseUrlFile).Trim();
            DatabaseUrlFileMistake = DatabaseUrl.Length == 0 ? $"'{DatabaseUrlFile}' is empty." : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            DatabaseUrlFileMistake = $"cannot be read: {exception.Message}";
        }
    }
}
