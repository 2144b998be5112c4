using System.ComponentModel.DataAnnotations;
using Npgsql;
using StackExchange.Redis;

namespace Sluice.OrleansHosting;

/// <summary>How a silo or an edge finds its Orleans cluster, section <c>Orleans</c>.</summary>
internal class OrleansOptions
{
    public const string Section = "Orleans";

    /// <summary>Stays the same when the cluster is replaced by another one.</summary>
    /// <value>1 to 100 characters, default <c>sluice</c>.</value>
    [Required]
    [StringLength(100, ErrorMessage = "must be 1 to 100 characters long.")]
    public string ServiceId { get; set; } = "sluice";

    /// <summary>Where the silos of the cluster are written down.</summary>
    /// <value>
    /// <c>Redis</c> (the default), <c>AdoNet</c> (PostgreSQL), or <c>Localhost</c>: nowhere, for development with one
    /// silo on the same machine.
    /// </value>
    [AllowedValues("Redis", "AdoNet", "Localhost", ErrorMessage = "must be Redis, AdoNet or Localhost.")]
    public string Clustering { get; set; } = "Redis";

    /// <summary>
    /// Redis, as StackExchange.Redis reads it: <c>redis.internal:6379,ssl=true,user=…,password=…</c>. It must be
    /// durable and must not evict. Holds a password: never shown.
    /// </summary>
    public string RedisConnection { get; set; } = "";

    /// <summary>
    /// PostgreSQL with Orleans' tables, a connection string of Npgsql. Empty at a silo: the database of
    /// <c>Storage</c>. Holds a password: never shown.
    /// </summary>
    public string DatabaseConnection { get; set; } = "";

    /// <summary>
    /// The port of a silo that edges connect to. At an edge it counts with <c>Localhost</c> only; otherwise silos are
    /// found with their ports.
    /// </summary>
    /// <value>1 to 65535, default 30000.</value>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>
    /// How long a caller of a grain waits. Whether a call that was on its way to a dying silo happened is known only
    /// then, so an edge does well with little.
    /// </summary>
    /// <value>1 second to 5 minutes, default 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What no annotation says. Repeats no connection string.</summary>
    public virtual IEnumerable<string> Mistakes()
    {
        if (Clustering is "Redis" && !IsRedis(RedisConnection))
        {
            yield return "Orleans:RedisConnection is not of the form host:6379,ssl=true; it is needed because "
                + "Orleans:Clustering is Redis.";
        }

        if (Clustering is "AdoNet" && !IsPostgreSql(DatabaseConnection))
        {
            yield return "Orleans:DatabaseConnection is not of the form Host=…;Database=…; it is needed because "
                + "Orleans:Clustering is AdoNet.";
        }
    }

    protected static bool IsPostgreSql(string connection) =>
        IsReadable(() => new NpgsqlConnectionStringBuilder(connection).Host is { Length: > 0 });

    private static bool IsRedis(string connection) =>
        IsReadable(() => ConfigurationOptions.Parse(connection).EndPoints.Count > 0);

    private static bool IsReadable(Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            return false; // Its message may hold a part of the text, and with it a part of the password.
        }
    }
}
