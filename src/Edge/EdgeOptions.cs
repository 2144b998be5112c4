using System.ComponentModel.DataAnnotations;

namespace Sluice.Edge;

/// <summary>Settings of an edge, section <c>Edge</c>.</summary>
public sealed class EdgeOptions
{
    /// <summary>The pools that this edge forwards to; at least one.</summary>
    public IList<PoolOptions> Pools { get; } = [];

    /// <summary>What is known of models; the first entry that fits a model's name is the one that counts.</summary>
    public IList<ModelOptions> Models { get; } = [];

    /// <summary>
    /// The value of <c>Strict-Transport-Security</c> (RFC 6797), sent with every answer over TLS.
    /// </summary>
    /// <value>
    /// Default two years, with subdomains. Empty: it is not sent. <c>preload</c> is for the owner of the domain to add.
    /// </value>
    public string StrictTransportSecurity { get; set; } = "max-age=63072000; includeSubDomains";

    /// <summary>
    /// Whom to write to about holes, for <c>/.well-known/security.txt</c>: <c>mailto:security@example.com</c>.
    /// </summary>
    /// <value>Default empty: there is no such file.</value>
    public string SecurityContact { get; set; } = "";

    /// <summary>Largest request body in bytes; a larger one is refused with 413 before it is read.</summary>
    /// <value>1 KiB to 512 MiB, default 32 MiB: a page scanned for OCR has a few.</value>
    [Range(1024, 1 << 29)]
    public int BodyBytesMax { get; set; } = 32 << 20;

    /// <summary>
    /// How long a request may wait for its decision, repeats included, before it is refused with 503.
    /// </summary>
    /// <value>
    /// 100 ms to 30 s, default 8 s: longer than silos take to find out that one of them was killed, so that those
    /// requests wait and do not fail.
    /// </value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan DecisionTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How long a client's silo may be silent before the edge goes on without it, where the client's plan allows it.
    /// Others wait for <see cref="DecisionTimeout"/>, counted from the first request that was not answered.
    /// </summary>
    /// <value>10 ms to 30 s, default 1 s. Never longer than <see cref="DecisionTimeout"/> in effect.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:30")]
    public TimeSpan DegradedAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// From how many requests a second of one client on, at this edge, parts of its limits are fetched and spent here
    /// instead of asking for each request. Only where its limits count requests alone, and allow it.
    /// </summary>
    /// <value>Default 500. 0: never. Below 64 it is 64.</value>
    [Range(0, 1_000_000)]
    public int ChunksFromRequestsPerSecond { get; set; } = 500;

    /// <summary>
    /// How often the slots of running calls are renewed. At most a third of the silo's slot lifetime.
    /// </summary>
    /// <value>100 ms to 1 minute, default 2 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan RenewPeriod { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often the usage log is told what calls used; sooner when many have ended.
    /// </summary>
    /// <value>10 ms to 1 minute, default 1 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan UsagePeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Ended calls kept for the usage log while it cannot be reached, some 500 bytes each. From then on calls of
    /// metered plans are refused with 503, and those of other plans are not logged but counted.
    /// </summary>
    /// <value>1 to 10000000, default 100000.</value>
    [Range(1, 10_000_000)]
    public int UsageEventsMax { get; set; } = 100_000;

    /// <summary>
    /// Calls kept for the call log while it cannot be reached, some 500 bytes each. From then on they are not logged,
    /// and how many is.
    /// </summary>
    /// <value>Default 100000. 0: no call is logged.</value>
    [Range(0, 10_000_000)]
    public int CallLogMax { get; set; } = 100_000;

    /// <summary>
    /// Wrong credentials that one network (/24 of IPv4, /64 of IPv6) may send a minute, and at once. Above it those
    /// that this edge has not found right before are refused with 429, and no silo is asked.
    /// </summary>
    /// <value>Default 300. 0: as many as it likes.</value>
    [Range(0, 1_000_000)]
    public int WrongKeysPerMinute { get; set; } = 300;

    /// <summary>How often the audit trail is told which credentials were refused.</summary>
    /// <value>1 s to 1 hour, default 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RefusalPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// True: pages of a tenant's origins may call from browsers. False: no page can, whatever tenants say.
    /// </summary>
    /// <value>Default false: a key in a page is a key in the hands of everybody who opens it.</value>
    public bool Browsers { get; set; }

    /// <summary>
    /// Proxies whose <c>X-Forwarded-For</c> is believed, as networks in CIDR notation. Empty, the default: none is, and
    /// a client's address is the one that connects.
    /// </summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>
    /// How long the edge waits, after it gave a call up, for the pool to close its side, before it closes the
    /// connection by force and frees the slot.
    /// </summary>
    /// <value>
    /// Zero to 15 s, default 5 s. Zero frees at once: then a pool may still be at work on a call given up.
    /// </value>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:15")]
    public TimeSpan PoolCloseTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>A pool: an OpenAI-compatible server and the models it serves.</summary>
public sealed class PoolOptions
{
    /// <summary>Unique among the pools; 1 to 63 of a-z, 0-9 and '-'.</summary>
    public string Name { get; set; } = "";

    /// <summary>The server's address, without <c>/v1</c>: <c>http://10.0.0.7:8000</c>.</summary>
    public string Address { get; set; } = "";

    /// <summary>Exact names of the models it serves; at least one, each in one pool only.</summary>
    public IList<string> Models { get; } = [];

    /// <summary>A file with the key that the pool wants as bearer token; empty when it wants none.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>
    /// True: the pool is asked for the usage of every stream, and the extra chunk is taken out again unless the client
    /// asked. False for a server that rejects <c>stream_options</c>; its streams then have no usage.
    /// </summary>
    public bool AskForUsage { get; set; } = true;

    /// <summary>How long the pool may take to begin its answer; then the client gets 504.</summary>
    /// <value>10 ms to 1 hour, default 10 minutes: a busy pool queues.</value>
    public TimeSpan FirstByteTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long the pool may say nothing in the middle of an answer; then the answer ends with an error.
    /// </summary>
    /// <value>10 ms to 1 hour, default 1 minute.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);
}
