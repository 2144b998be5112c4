using Sluice.Daemon.Settings;

namespace Sluice.Edge.Hosting;

/// <summary>Every setting of an edge process, as <c>--help</c> and docs/configuration.md tell it.</summary>
internal static class EdgeSettings
{
    private const string IpAddress = "an IP address of this machine, 0.0.0.0 or :: for all";
    private const string PoolTimeout = "00:00:00.01 to 01:00:00";

    public static SettingCatalog Catalog { get; } = Make();

    private static SettingCatalog Make()
    {
        var catalog = new SettingCatalog(
            "Sluice.Edge",
            "an edge of Sluice: clients' calls come in here, are decided on by the silos, and go on to pools.")
        {
            SectionsOfOthers = ["Silo", "Storage", "Admission", "Tokens", "Access"],
        };
        DescribeEdge(catalog);
        DescribePools(catalog);
        ModelSettings.Describe(catalog);
        PolicySettings.Describe(catalog);
        Engine.Describe(catalog);
        TelemetrySettings.Describe(catalog);
        return catalog;
    }

    private static void DescribeEdge(SettingCatalog catalog)
    {
        catalog.Section<EdgeProcessOptions>("Edge")
            .Add(
                "Seeds:#",
                "A silo to begin with; at least one. A DNS name may stand for many. All others are heard of from it. "
                + "--seed may be repeated, and replaces the seeds of file and environment.",
                "host:port", "--seed")
            .Add(
                "CertificateFile",
                "The certificate for clients, with those between it and its authority, PEM; read again when it "
                + "changes. Without it the port is plain HTTP.",
                "a file that exists")
            .Add("CertificateKeyFile", "Its private key, PEM, without a password.", "a file that exists")
            .Add("ListenAddress", "Where to listen for clients.", IpAddress)
            .Add("Port", "The port for clients; 0 is any free one.", alias: "--port")
            .Add("AdminListenAddress", "Where to listen for operators: health and metrics.", IpAddress)
            .Add("AdminPort", "The port for operators; 0 is any free one.", alias: "--admin-port")
            .Add("Name", "This edge's name, for people.", "at most 100 characters", "--name", "the machine's name")
            .Add(
                "StopDelay",
                "How long a stopping edge still takes requests, with /readyz at 503 already, until load balancers have "
                + "noticed.")
            .Add("StopTimeout", "How long calls may go on after that; what still runs then is ended with an error.");
        catalog.Section<EdgeOptions>("Edge")
            .Add(
                "StrictTransportSecurity",
                "What browsers are told over TLS, so that they never come without it; empty is nothing.", "a text")
            .Add(
                "SecurityContact", "Whom to write to about holes; empty is no /.well-known/security.txt.",
                "a mailto:, https: or tel: address")
            .Add("BodyBytesMax", "Largest request body in bytes; a larger one is refused with 413.")
            .Add("DecisionTimeout", "How long a request may wait for its decision before it is refused with 503.")
            .Add(
                "DegradedAfter",
                "How long a client's silo may be silent before the edge goes on without it, where the client's plan "
                + "is open; never longer than DecisionTimeout.")
            .Add(
                "ChunksFromRequestsPerSecond",
                "From how many requests a second of one client on this edge fetches parts of its limits and spends "
                + "them by itself; 0 is never.")
            .Add(
                "RenewPeriod",
                "How often the slots of running calls are renewed; at most a third of Admission:SlotTtl.")
            .Add("UsagePeriod", "How often the usage log is told what calls used; sooner when many have ended.")
            .Add(
                "UsageEventsMax",
                "Ended calls kept while the usage log cannot be reached; then metered plans are refused with 503.")
            .Add(
                "CallLogMax",
                "Calls kept while the call log cannot be reached; more are not logged, and counted. 0 logs no call.")
            .Add(
                "WrongKeysPerMinute",
                "Wrong credentials that one network (/24 or /64) may send a minute; above it only keys that this edge "
                + "knows are looked at. 0 is no limit.")
            .Add("RefusalPeriod", "How often the audit trail is told which credentials were refused.")
            .Add("Browsers", "Whether pages of a tenant's origins may call from browsers (CORS).")
            .Add(
                "TrustedProxies:#",
                "A network of proxies whose X-Forwarded-For is believed; otherwise a client's address is the one that "
                + "connects.",
                "a network as 10.0.0.0/8")
            .Add(
                "PoolCloseTimeout",
                "How long the edge waits, after it gave a call up, for the pool to let go of it, before it frees the "
                + "slot.");
    }

    private static void DescribePools(SettingCatalog catalog) => catalog.Section<EdgeOptions>("Edge")
        .Add("Pools:#:Name", "A pool to forward to; at least one. Its name.", "1 to 63 of a-z, 0-9 and '-', unique")
        .Add("Pools:#:Address", "The server's address, without /v1.", "an http or https address")
        .Add("Pools:#:Models:#", "A model that it serves; at least one, each in one pool only.", "1 to 256 characters")
        .Add("Pools:#:KeyFile", "A file with the key that it wants as bearer token.", "a file that exists")
        .Add("Pools:#:AskForUsage", "False for a server that rejects stream_options; its streams then have no usage.")
        .Add(
            "Pools:#:FirstByteTimeout", "How long it may take to begin its answer; then the client gets 504.",
            PoolTimeout)
        .Add(
            "Pools:#:IdleTimeout", "How long it may be silent in the middle of an answer; then that ends.",
            PoolTimeout);
}
