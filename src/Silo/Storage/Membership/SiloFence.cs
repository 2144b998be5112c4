namespace Sluice.Silo.Storage.Membership;

/// <summary>Explains why a write was refused that stood behind <see cref="SqlDialect.Fence"/>.</summary>
internal sealed class SiloFence(IDatabase database, SiloIdentity silo)
{
    private const string LivingSql = "SELECT 1 FROM silo WHERE id = $1 AND status <> 'dead'";

    /// <summary>The value for the condition's parameter.</summary>
    public long SiloId => silo.SiloId;

    /// <summary>For a write that changed nothing.</summary>
    /// <param name="what">Begins the sentence, such as "State 'x' of client/a".</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InconsistentStateException">Because this silo was declared dead.</exception>
    public async Task ThrowIfDeadAsync(string what, CancellationToken cancellationToken)
    {
        var id = SiloId;
        if (id != 0 && database.Dialect == SqlDialect.PostgreSql
            && (await database.ReadAsync(
                new Statement(LivingSql, id), row => row.GetInt32(0), cancellationToken)).Count == 0)
        {
            throw new InconsistentStateException(
                $"{what} was not written: this process was silo {id}, which was declared dead or has left. What it " +
                "holds in memory is out of date, and it must stop.");
        }
    }
}
