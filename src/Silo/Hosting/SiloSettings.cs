using Sluice.Daemon.Settings;
using Sluice.Grains.Clients;
using Sluice.Silo.Storage;

namespace Sluice.Silo.Hosting;

/// <summary>Every setting of a silo process, as <c>--help</c> and docs/configuration.md tell it.</summary>
internal static class SiloSettings
{
    private const string File = "a file that exists";
    private const string IpAddress = "an IP address of this machine, 0.0.0.0 or :: for all";

    public static SettingCatalog Catalog { get; } = Make();

    private static SettingCatalog Make()
    {
        var catalog = new SettingCatalog(
            "Sluice.Silo",
            "a silo of Sluice: the grains that decide, over a database, and the admin API in front of them.")
        {
            SectionsOfOthers = ["Edge", "Policy"],
        };
        DescribeSilo(catalog);
        DescribeStorage(catalog);
        Engine.Describe(catalog);
        catalog.Section<AdmissionOptions>("Admission")
            .Add(
                "SlotTtl",
                "How long a concurrency slot stays taken when its edge says nothing; at least three of "
                + "Edge:RenewPeriod.")
            .Add(
                "PlanRefreshPeriod",
                "How often an active client asks for its plan again. Changes are pushed; this heals a push that was "
                + "lost.")
            .Add(
                "DecisionsKept",
                "How many of its last decisions an active client keeps in memory, to be explained; about 200 bytes "
                + "each, and 16 more for each limit.");
        TokenSettings.Describe(catalog);
        FederationSettings.Describe(catalog);
        AccessSettings.Describe(catalog);
        VaultSettings.Describe(catalog);
        BackupSettings.Describe(catalog);
        TelemetrySettings.Describe(catalog);
        return catalog;
    }

    private static void DescribeSilo(SettingCatalog catalog)
    {
        catalog.Section<SiloOptions>("Silo")
            .Add(
                "MasterKeyFile",
                "The master key: 64 hexadecimal digits that only the owner may read. A silo alone makes it when it is "
                + "not there; in a cluster it must be there, the same for every silo. Back it up: without it no key "
                + "can be verified.",
                "a file", "--master-key-file")
            .Add(
                "MasterKey",
                "The master key itself, in place of its file, for a secret store that sets the variable "
                + "Silo__MasterKey.",
                "64 hexadecimal digits", secret: true)
            .Add(
                "OpeningMasterKeyFiles:#",
                "Files of other master keys, while the master key is being replaced: they open what was wrapped under "
                + "them, and at its start a silo wraps that anew under Silo:MasterKeyFile.",
                File)
            .Add(
                "KeyEnvironment", "What stands in the keys that are issued here: live in slk_live_…",
                "1 to 12 of a-z, 0-9")
            .Add(
                "TlsInFront",
                "Whether a proxy in front of the admin API ends TLS. If not, secrets are told to this machine itself "
                + "only: over plain HTTP others could read them.")
            .Add(
                "AuditCheckpointPeriod",
                "How often the end of the audit trail is signed; sooner when it grows by 1000 records.")
            .Add(
                "AuditCheckpointFile",
                "A file that signed checkpoints are added to; best on a volume that whoever has the database cannot "
                + "write.",
                "a file")
            .Add(
                "AuditCheckpointUrl", "An address that each signed checkpoint is posted to.",
                "an http or https address")
            .Add(
                "AuditCheckpointTokenFile", "A file with the bearer token for that address.", "a file")
            .Add(
                "AuditKeepDays",
                "How many days beyond the end of its month a record of the audit trail is kept; 0 is for ever.",
                "0, or 180 to 99999")
            .Add("CallLogDays", "How many days the call log keeps a call; 0 is for ever.", "0, or 180 to 99999")
            .Add(
                "AdminNetworks:#",
                "A network that operators come from; others get 403 for everything on the port for operators but its "
                + "health. None: every network.",
                "a network as 10.0.0.0/8")
            .Add("ProtectMetrics", "Whether /metrics wants an admin key like the admin API.");
        catalog.Section<SiloProcessOptions>("Silo")
            .Add(
                "AdminCertificateFile",
                "The certificate for operators, with those between it and its authority, PEM; read again when it "
                + "changes. Without it the port is plain HTTP.",
                File)
            .Add("AdminCertificateKeyFile", "Its private key, PEM, without a password.", File)
            .Add("AdminListenAddress", "Where to listen for operators: admin API, health, metrics.", IpAddress)
            .Add("AdminPort", "The port for operators; 0 is any free one.", alias: "--admin-port")
            .Add(
                "Port", "The port for edges and other silos; 0 is any free one. Not set: the silo is alone.",
                alias: "--port")
            .Add("ListenAddress", "Where to listen for edges and other silos.", IpAddress)
            .Add(
                "Address", "What edges and other silos reach this silo at.", "an IP address or DNS name", "--address",
                "the machine's first address")
            .Add("AdvertisedPort", "The port that they reach it at.", unset: "0, which is Silo:Port")
            .Add("Name", "This silo's name, for people.", "at most 100 characters", "--name", "the machine's name")
            .Add(
                "File", "Tenants, plans and clients (sluice.yaml) that are put in force before the silo is ready.",
                File, "--apply")
            .Add(
                "AdminKeyFile",
                "A file to keep a key of the first administrator in, for an empty database: the administrator is made "
                + "when there is none, and a key is issued and written there when there is none that works.",
                "a file", "--admin-key-file")
            .Add(
                "StopTimeout",
                "How long grains may take, when the silo stops, to end what they do and to move to other silos.");
    }

    private static void DescribeStorage(SettingCatalog catalog) => catalog.Section<StorageOptions>("Storage")
        .Add(
            "DatabaseUrl", "The PostgreSQL database; holds a password. Else the variable DATABASE_URL is taken.",
            "postgres://user:password@host:port/database?sslmode=require, or a connection string of Npgsql",
            secret: true)
        .Add("DatabaseUrlFile", "A file that holds the database's address.", File, "--database-url-file")
        .Add(
            "OwnerUrlFile",
            "A file with the database's address for the role that owns the tables: it migrates, and grants the other "
            + "role what a silo needs, which is not to change the audit trail.",
            File)
        .Add(
            "SqliteFile", "The database file of a silo alone, in place of PostgreSQL; made when it is not there.",
            "a file", "--sqlite-file")
        .Add("CommandTimeout", "How long a read or a write may take, waiting included; whole seconds.")
        .Add("ConnectionsMax", "Most connections to PostgreSQL that this silo holds.");
}
