namespace Sluice.OrleansHosting;

/// <summary>How a silo or an edge finds its Orleans cluster, section <c>Orleans</c>.</summary>
internal class OrleansOptions
{
    public const string Section = "Orleans";

    /// <summary>Silos and edges with the same text belong together. Default <c>sluice</c>; not empty.</summary>
    public string ClusterId { get; set; } = "sluice";

    /// <summary>Stays the same when the cluster is replaced by another one. Default <c>sluice</c>; not empty.</summary>
    public string ServiceId { get; set; } = "sluice";

    /// <summary>Where the silos of the cluster are written down.</summary>
    /// <value>
    /// <c>Redis</c> (the default), <c>AdoNet</c> (PostgreSQL), or <c>Localhost</c>: nowhere, for development with one
    /// silo on the same machine.
    /// </value>
    public string Clustering { get; set; } = "Redis";

    /// <summary>
    /// Redis, as StackExchange.Redis reads it: <c>redis.internal:6379,ssl=true,user=…,password=…</c>. It must be
    /// durable and must not evict. May hold a password: never shown.
    /// </summary>
    public string RedisConnection { get; set; } = "";

    /// <summary>
    /// PostgreSQL with Orleans' tables, a connection string of Npgsql. Empty at a silo: the database of
    /// <c>Storage</c>. May hold a password: never shown.
    /// </summary>
    public string DatabaseConnection { get; set; } = "";

    /// <summary>
    /// The port of a silo that edges connect to. At an edge it counts with <c>Localhost</c> only; otherwise silos are
    /// found with their ports.
    /// </summary>
    /// <value>1 to 65535, default 30000.</value>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>
    /// How long a caller of a grain waits. Whether a call that was on its way to a dying silo happened is known only
    /// then, so an edge does well with less.
    /// </summary>
    /// <value>1 second to 5 minutes, default 5 seconds.</value>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
