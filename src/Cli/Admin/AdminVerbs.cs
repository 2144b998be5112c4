namespace Sluice.Cli.Admin;

/// <summary>Everything that can be done through the admin API, a row each.</summary>
internal static class AdminVerbs
{
    private const string Moment = "A moment, as 2026-11-22T05:00:00Z.";
    private const string Rotation = "Names the rotation, so that it may be asked for again; left out: a new name.";

    public static IReadOnlyList<AdminVerb> All { get; } =
    [
        new("status", "Every silo, reachable or why not, and what it does.", HttpMethod.Get, "/cluster")
        {
            Columns =
            [
                "name", "address", "status", "reachable", "problem", "figures.activations", "figures.waiting",
                "figures.callsPerSecond",
            ],
            SummaryFrom = "/backups",
        },
        new("backups", "Backups by place, whether 3-2-1 is kept, and the last drill.", HttpMethod.Get, "/backups")
        {
            Columns = ["backup", "destination", "medium", "offSite", "takenAt", "bytes", "problem"],
            SummaryFrom = "/backups",
        },

        new("tenants list", "All tenants.", HttpMethod.Get, "/tenants")
        {
            Columns = ["tenant", "displayName", "timeZone"],
        },
        new("tenants show", "One tenant.", HttpMethod.Get, "/tenants/{tenant}"),
        new("tenants state", "What its clients together have in use.", HttpMethod.Get, "/tenants/{tenant}/state"),
        new("tenants create", "Make a tenant of a file.", HttpMethod.Post, "/tenants") { TakesFile = true },
        new("tenants replace", "Replace what is said of a tenant.", HttpMethod.Put, "/tenants/{tenant}")
        {
            TakesFile = true,
        },

        new("providers list", "The identity providers that a tenant trusts.", HttpMethod.Get,
            "/tenants/{tenant}/providers")
        {
            Columns = ["provider", "issuer", "audience", "login.kind", "login.redirectUri"],
        },
        new("providers put", "Make an identity provider of a file, or replace it.", HttpMethod.Put,
            "/tenants/{tenant}/providers/{provider}")
        {
            TakesFile = true,
        },
        new("providers remove", "Trust an identity provider no more.", HttpMethod.Delete,
            "/tenants/{tenant}/providers/{provider}"),

        new("plans list", "All plans.", HttpMethod.Get, "/plans") { Columns = ["plan", "version", "ownedBy"] },
        new("plans show", "One plan.", HttpMethod.Get, "/plans/{plan}"),
        new("plans create", "Make a plan of a file.", HttpMethod.Post, "/plans") { TakesFile = true },
        new("plans replace", "Replace a plan, for every client that works by it.", HttpMethod.Put, "/plans/{plan}")
        {
            TakesFile = true,
        },

        new("clients list", "All clients, or a tenant's.", HttpMethod.Get, "/clients")
        {
            Query = [("tenant", "Of this tenant alone.")],
            Columns = ["id", "tenant", "name", "plan", "role", "suspended"],
        },
        new("clients show", "One client.", HttpMethod.Get, "/clients/{client}"),
        new("clients state", "What it has in use now.", HttpMethod.Get, "/clients/{client}/state"),
        new("clients create", "Make a client.", HttpMethod.Post, "/clients")
        {
            Body =
            [
                ("tenant!", "Its tenant."), ("name!", "Its name in the tenant."), ("plan!", "Its plan."),
                ("role", "Its role; left out: user."),
            ],
        },
        new("clients suspend", "Refuse its calls until it is resumed.", HttpMethod.Patch, "/clients/{client}")
        {
            Fixed = [("suspended", true)],
        },
        new("clients resume", "Let its calls in again.", HttpMethod.Patch, "/clients/{client}")
        {
            Fixed = [("suspended", false)],
        },
        new("clients plan", "Change its plan.", HttpMethod.Patch, "/clients/{client}")
        {
            Body = [("plan!", "The plan from now on.")],
        },
        new("clients slots", "The calls that hold slots.", HttpMethod.Get, "/clients/{client}/slots"),

        new("logins show", "How people sign in as a client.", HttpMethod.Get, "/clients/{client}/login"),
        new("logins put", "Let people sign in as a client, as a file says.", HttpMethod.Put, "/clients/{client}/login")
        {
            TakesFile = true,
        },
        new("logins remove", "Let nobody sign in as a client any more.", HttpMethod.Delete, "/clients/{client}/login"),

        new("keys list", "Every version of a client's keys, with its state and use.", HttpMethod.Get,
            "/clients/{client}/keys")
        {
            Columns = ["version", "keyId", "state", "label", "expiresAt", "lastUsedAt", "uses"],
        },
        new("keys issue", "Issue a key. Its text is in this answer and nowhere else.", HttpMethod.Post,
            "/clients/{client}/keys")
        {
            Body = [("label", "What it is for, for people.")],
        },
        new("keys rotate", "A new version of a key, which takes over later.", HttpMethod.Post,
            "/clients/{client}/keys/{key}/rotations")
        {
            Body = [("rotationId", Rotation)],
        },
        new("keys secret", "The text of a rotation's key again, while nobody has acknowledged it.", HttpMethod.Get,
            "/clients/{client}/keys/{key}/rotations/{rotation}/secret"),
        new("keys ack", "The new key has arrived: nobody can fetch it any more.", HttpMethod.Post,
            "/clients/{client}/keys/{key}/rotations/{rotation}/ack"),
        new("keys cancel", "Give a rotation up.", HttpMethod.Post,
            "/clients/{client}/keys/{key}/rotations/{rotation}/cancel"),
        new("keys emergency", "A new version that works at once; all others are revoked.", HttpMethod.Post,
            "/clients/{client}/keys/{key}/emergency")
        {
            Body = [("rotationId", Rotation), ("reason", "Why, for the audit trail.")],
        },
        new("keys revoke", "End a version at once and for good.", HttpMethod.Post,
            "/clients/{client}/keys/{version}/revoke")
        {
            Body = [("reason", "Why, for the audit trail.")],
        },
        new("keys deliveries", "The secrets that wait to be fetched, of all clients.", HttpMethod.Get, "/deliveries")
        {
            Columns = ["client", "keyId", "rotationId", "version", "endsAt"],
        },

        new("tokens revoke", "End all tokens of a client.", HttpMethod.Post, "/clients/{client}/tokens/revoke"),
        new("tokens revoke-all", "End all access tokens, or those of a tenant's clients.", HttpMethod.Post,
            "/tokens/revoke")
        {
            Body = [("tenant", "Of this tenant's clients alone.")],
        },
        new("tokens keys", "The keys that tokens are signed with.", HttpMethod.Get, "/tokens/keys")
        {
            Columns = ["keyId", "algorithm", "state", "createdAt", "activatesAt"],
        },
        new("tokens rotate", "Make the next signing key.", HttpMethod.Post, "/tokens/keys/rotate")
        {
            Body = [("rotationId", Rotation)],
        },

        new("explain", "What would be decided about a call now; nothing is changed.", HttpMethod.Post, "/explain")
        {
            Body =
            [
                ("client!", "The client's id."), ("model!", "The model."),
                ("inputTokens", "Tokens that it would read."),
                ("outputTokens", "Tokens that it would answer."), ("endpoint", "The path behind /v1/."),
            ],
        },
        new("decision", "A recent decision, by the x-sluice-decision of its answer.", HttpMethod.Get,
            "/decisions/{id}"),

        new("usage", "What was used, by client, model and month or day.", HttpMethod.Get, "/usage")
        {
            Query =
            [
                ("tenant", "Of this tenant's clients."), ("client", "Of this client."), ("from", Moment),
                ("to", Moment), ("by", "month or day."),
            ],
            Columns = ["tenant", "client", "model", "period", "calls", "requests", "inputTokens", "outputTokens"],
        },
        new("calls", "Every request that came, accepted or refused, one JSON object a line.", HttpMethod.Get, "/calls")
        {
            Query =
            [
                ("client", "Of this client."), ("from", Moment), ("to", Moment), ("status", "With this HTTP status."),
                ("limit", "At most so many; left out: 1000."),
            ],
            IsLines = true,
        },

        new("audit export", "The audit trail, one record a line, for 'audit verify'.", HttpMethod.Get, "/audit")
        {
            Query = [("from", Moment), ("to", Moment), ("subject", "Of this subject, as plan/gold.")], IsLines = true,
        },
        new("audit head", "The end of the trail.", HttpMethod.Get, "/audit/head"),
        new("audit checkpoints", "What was signed of the trail, one a line.", HttpMethod.Get, "/audit/checkpoints")
        {
            IsLines = true,
        },
        new("audit keys", "The keys that checkpoints are signed with.", HttpMethod.Get, "/audit/keys"),
    ];
}
