namespace Sluice.Silo.Storage.Secrets;

/// <summary>A data key at rest.</summary>
/// <param name="Id">Its name; secrets that it seals hold it.</param>
/// <param name="Purpose">What it is for; no key is for two things.</param>
/// <param name="Wrapped">The key, wrapped under a master key.</param>
/// <param name="Age">Since it was made, by the database's clock.</param>
internal sealed record DataKeyRow(string Id, string Purpose, string Wrapped, TimeSpan Age);

/// <summary>The data keys of an installation. None is ever deleted: a backup may need it.</summary>
internal sealed class DataKeyTable(IDatabase database)
{
    private const string RewrapSql = "UPDATE data_key SET wrapped = $3 WHERE id = $1 AND wrapped = $2 RETURNING id";

    private readonly string _readSql =
        $"SELECT id, purpose, wrapped, {database.Dialect.NowMicroseconds} - made_at FROM data_key ORDER BY made_at, id";

    private readonly string _insertSql = $"""
        INSERT INTO data_key (id, purpose, wrapped, made_at) VALUES ($1, $2, $3, {database.Dialect.NowMicroseconds})
        ON CONFLICT (id) DO NOTHING
        """;

    /// <summary>All of them, oldest first.</summary>
    public Task<List<DataKeyRow>> ReadAsync(CancellationToken cancellationToken) => database.ReadAsync(
        new Statement(_readSql),
        row => new DataKeyRow(
            row.GetString(0), row.GetString(1), row.GetString(2), TimeSpan.FromMicroseconds(row.GetInt64(3))),
        cancellationToken);

    /// <summary>Adds one; the one that has its name stays as it is.</summary>
    public Task AddAsync(string id, string purpose, string wrapped, CancellationToken cancellationToken) =>
        database.WriteAsync(
            [new Statement(_insertSql, id, purpose, wrapped)], static row => row.FieldCount, cancellationToken);

    /// <summary>Puts a key's new wrapping in place of the one that was read; another's newer one stays.</summary>
    /// <returns>Whether it was done.</returns>
    public async Task<bool> RewrapAsync(
        string id, string before, string wrapped, CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            [new Statement(RewrapSql, id, before, wrapped)], static row => row.GetString(0), cancellationToken))
        .Count == 1;
}
