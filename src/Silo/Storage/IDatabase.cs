using System.Data.Common;

namespace Sluice.Silo.Storage;

/// <summary>
/// The one database of an installation, PostgreSQL or a SQLite file. What is kept in it is written once, over this.
/// </summary>
/// <remarks>
/// Reads and writes end within <see cref="StorageOptions.CommandTimeout"/>, with an exception if need be, and never
/// block a thread of the thread pool. An exception of a write means that its outcome is unknown.
/// </remarks>
internal interface IDatabase : IAsyncDisposable
{
    /// <summary>Where the two databases want different words.</summary>
    SqlDialect Dialect { get; }

    /// <summary>
    /// Opens the database and brings its schema up to date. Once, before anything else, awaited by the host.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The message says why it cannot be used.</exception>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Null when the database answers; otherwise what is wrong, without addresses, names or secrets.</summary>
    Task<string?> ProblemAsync(CancellationToken cancellationToken);

    /// <summary>Runs one statement that changes nothing, and maps its rows.</summary>
    Task<List<T>> ReadAsync<T>(Statement statement, Func<DbDataReader, T> row, CancellationToken cancellationToken);

    /// <summary>
    /// Runs statements in order, all of them or none, durably before it answers. Each sees what was committed until it
    /// began, not until the first one began.
    /// </summary>
    /// <param name="statements">At least one. Only the last may return rows.</param>
    /// <param name="row">Maps one row of the last statement.</param>
    /// <param name="cancellationToken">Gives up waiting; the write may happen all the same.</param>
    Task<List<T>> WriteAsync<T>(
        IReadOnlyList<Statement> statements, Func<DbDataReader, T> row, CancellationToken cancellationToken);
}
