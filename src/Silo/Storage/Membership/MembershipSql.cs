namespace Sluice.Silo.Storage.Membership;

/// <summary>
/// The statements of the table of silos. The rules of death are those of <c>MembershipRules</c>; one test holds both.
/// </summary>
/// <remarks>
/// Who is declared dead is locked FOR UPDATE before: that waits for the writes that still stand behind the silo's fence
/// (<see cref="SqlDialect.Fence"/>), and looks at its heartbeat once more after waiting. Times are clock_timestamp(),
/// the moment itself, and not now(), the moment when the transaction began, which may have waited long for a lock.
/// </remarks>
internal static class MembershipSql
{
    private const string Silent = """
        suspect.heartbeat_at NOT BETWEEN clock_timestamp() - $3 AND clock_timestamp() + $3
            AND declarer.heartbeat_at BETWEEN clock_timestamp() - $4 AND clock_timestamp() + $4
        """;

    /// <summary>
    /// Declares the silos in <c>doomed (id, ground)</c> dead, and makes the next version if there are any.
    /// </summary>
    private const string Declare = """
        dead AS (
            UPDATE silo SET status = 'dead', died_at = clock_timestamp(), death = doomed.ground
            FROM doomed WHERE silo.id = doomed.id
            RETURNING silo.id
        )
        UPDATE cluster SET version = version + 1 WHERE EXISTS (SELECT 1 FROM dead)
        """;

    /// <summary>Locks without returning a row.</summary>
    public const string Lock = "UPDATE cluster SET version = version";

    public const string NextVersion = "UPDATE cluster SET version = version + 1";

    /// <summary>The view, one snapshot of it; and the silo $1 even when it is dead.</summary>
    public const string View = """
        SELECT cluster.version, silo.id, silo.name, silo.host, silo.port, silo.status, silo.grain_types, silo.protocol,
               silo.id = $1, clock_timestamp() - silo.heartbeat_at, silo.heartbeats, silo.death
        FROM cluster LEFT JOIN silo ON silo.status <> 'dead' OR silo.id = $1
        ORDER BY silo.id
        """;

    /// <summary>The same for the silo that this transaction added.</summary>
    public const string ViewOfJoined = """
        SELECT cluster.version, silo.id, silo.name, silo.host, silo.port, silo.status, silo.grain_types, silo.protocol,
               silo.id = currval(pg_get_serial_sequence('silo', 'id')), clock_timestamp() - silo.heartbeat_at,
               silo.heartbeats, silo.death
        FROM cluster LEFT JOIN silo ON silo.status <> 'dead'
        ORDER BY silo.id
        """;

    public const string ForgetDead = "DELETE FROM silo WHERE status = 'dead' AND died_at < clock_timestamp() - $1";

    public const string EndPredecessor = """
        WITH doomed AS (
            SELECT id FROM silo WHERE host = $1 AND port = $2 AND status <> 'dead' FOR UPDATE
        )
        UPDATE silo SET status = 'dead', died_at = clock_timestamp(), death = 'replaced by a new process at its address'
        FROM doomed WHERE silo.id = doomed.id
        """;

    public const string Insert = """
        INSERT INTO silo (name, host, port, status, grain_types, protocol, joined_at, heartbeat_at, heartbeats)
        VALUES ($1, $2, $3, 'active', $4, $5, clock_timestamp(), clock_timestamp(), 1)
        """;

    public const string Heartbeat = """
        UPDATE silo SET heartbeat_at = clock_timestamp(), heartbeats = heartbeats + 1
        WHERE id = $1 AND status <> 'dead'
        """;

    public const string SetStatus = """
        WITH moved AS (
            SELECT id FROM silo WHERE id = $1 AND status = ANY($3) FOR UPDATE
        ), changed AS (
            UPDATE silo SET status = $2,
                            died_at = CASE WHEN $2 = 'dead' THEN clock_timestamp() END,
                            death = CASE WHEN $2 = 'dead' THEN 'left' END
            FROM moved WHERE silo.id = moved.id
            RETURNING silo.id
        )
        UPDATE cluster SET version = version + 1 WHERE EXISTS (SELECT 1 FROM changed)
        """;

    public const string ForgetSuspicions =
        "DELETE FROM silo_suspicion WHERE suspect_id = $1 AND at <= clock_timestamp() - $2";

    public const string Suspect = """
        INSERT INTO silo_suspicion (suspect_id, by_id, at)
        SELECT suspect.id, declarer.id, clock_timestamp()
        FROM silo AS suspect JOIN silo AS declarer ON declarer.id <> suspect.id
        WHERE suspect.id = $1 AND suspect.status <> 'dead' AND declarer.id = $2 AND declarer.status <> 'dead'
        ON CONFLICT (suspect_id, by_id) DO UPDATE SET at = excluded.at
        """;

    public const string DeclareSuspect = $"""
        WITH counted AS (
            SELECT count(*) AS suspicions, string_agg(other.id::text, ', ' ORDER BY other.id) AS names
            FROM silo_suspicion AS suspicion JOIN silo AS other ON other.id = suspicion.by_id
            WHERE suspicion.suspect_id = $1 AND other.status <> 'dead'
        ), doomed AS (
            SELECT suspect.id, 'suspected by ' || counted.names AS ground
            FROM silo AS suspect, silo AS declarer, counted
            WHERE suspect.id = $1 AND suspect.status <> 'dead'
              AND declarer.id = $2 AND declarer.status <> 'dead' AND declarer.id <> suspect.id
              AND (counted.suspicions >= 2
                   OR (counted.suspicions = 1
                       AND (SELECT count(*) FROM silo WHERE status <> 'dead') = 2
                       AND {Silent}))
            FOR UPDATE OF suspect
        ), {Declare}
        """;

    public const string DeclareSilent = $"""
        WITH doomed AS (
            SELECT suspect.id, 'silent, declared by ' || declarer.id AS ground
            FROM silo AS suspect, silo AS declarer
            WHERE suspect.id = $1 AND suspect.status <> 'dead'
              AND declarer.id = $2 AND declarer.status <> 'dead' AND declarer.id <> suspect.id
              AND {Silent}
            FOR UPDATE OF suspect
        ), {Declare}
        """;
}
