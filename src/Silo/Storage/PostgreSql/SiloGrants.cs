using Npgsql;

namespace Sluice.Silo.Storage.PostgreSql;

/// <summary>What a silo's own role may do, where another one owns the tables.</summary>
internal static class SiloGrants
{
    /// <summary>
    /// Tables that a silo adds to, and never changes. Of the audit trail every month by itself too: what is granted for
    /// it is granted beside what is granted for the whole.
    /// </summary>
    private const string AddedTo = """
        SELECT c.oid::regclass FROM pg_class c
        WHERE c.oid IN ('audit_record'::regclass, 'audit_checkpoint'::regclass, 'audit_checkpoint_sent'::regclass,
                        'audit_key'::regclass)
           OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_record'::regclass)
        """;

    // The role's name is a value, so it is quoted where it is used. One transaction: a silo that runs loses nothing
    // that it needs, not even for a moment.
    private const string GrantSql = $"""
        DO $$
        DECLARE
            silo  text := current_setting('sluice.silo_role');
            added regclass;
        BEGIN
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema, silo);
            EXECUTE format(
                'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', current_schema, silo);
            EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', current_schema, silo);
            FOR added IN {AddedTo} LOOP
                EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', added, silo);
            END LOOP;
            EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON schema_migration FROM %I', silo);
        END
        $$
        """;

    /// <summary>Grants it, again at each start: a newer schema may have more tables.</summary>
    public static async Task GrantAsync(NpgsqlConnection owner, string role, CancellationToken cancellationToken)
    {
        await using var name = new NpgsqlCommand("SELECT set_config('sluice.silo_role', $1, false)", owner);
        name.Parameters.Add(new NpgsqlParameter { Value = role });
        await name.ExecuteNonQueryAsync(cancellationToken);
        await using var grant = new NpgsqlCommand(GrantSql, owner);
        await grant.ExecuteNonQueryAsync(cancellationToken);
    }
}
