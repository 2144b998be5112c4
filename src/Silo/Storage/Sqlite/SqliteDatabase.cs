using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Sluice.Silo.Storage.Migrations;

namespace Sluice.Silo.Storage.Sqlite;

/// <summary>A file on one machine, written by one thread. See docs/decisions/sqlite-standalone.md.</summary>
internal sealed class SqliteDatabase(IOptions<StorageOptions> options, Migrator migrator, TimeProvider time) : IDatabase
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    private readonly string _file = Path.GetFullPath(options.Value.SqliteFile);
    private readonly TimeSpan _timeout = options.Value.CommandTimeout;
    private SqliteWriter? _writer;
    private SqliteReaders? _readers;

    public SqlDialect Dialect => SqlDialect.Sqlite;

    /// <summary>What the writer has done, for whoever measures it.</summary>
    /// <exception cref="InvalidOperationException">The database is not prepared.</exception>
    public SqliteWriter Writer => _writer ?? throw NotPrepared();

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            MakePrivate();
            var session = SqliteSession.Open(_file, SqliteOpenMode.ReadWriteCreate, _timeout);
            try
            {
                await migrator.RunAsync(session.Connection, Dialect, cancellationToken);
            }
            catch
            {
                session.Dispose();
                throw;
            }

            _writer = new SqliteWriter(session);
            _readers = new SqliteReaders(_file, _timeout);
        }
        catch (Exception exception)
            when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException(SqliteProblem.SentenceOf(exception, _file), exception);
        }
    }

    public async Task<string?> ProblemAsync(CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(ProbeTimeout);
        try
        {
            await ReadAsync(new Statement("SELECT 1 FROM schema_migration"), row => row.GetInt64(0), limited.Token);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return $"SQLite: {SqliteProblem.ReasonOf(exception)}.";
        }
    }

    public Task<List<T>> ReadAsync<T>(
        Statement statement, Func<DbDataReader, T> row, CancellationToken cancellationToken) =>
        AskAsync(_readers ?? throw NotPrepared(), [statement], row, cancellationToken);

    public Task<List<T>> WriteAsync<T>(
        IReadOnlyList<Statement> statements, Func<DbDataReader, T> row, CancellationToken cancellationToken) =>
        AskAsync(Writer, statements, row, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _readers?.Dispose();
        _writer?.Dispose(); // Last: the last connection folds the write-ahead log into the file.
        return ValueTask.CompletedTask;
    }

    private Task<List<T>> AskAsync<T>(
        SqliteThreads threads,
        IReadOnlyList<Statement> statements,
        Func<DbDataReader, T> row,
        CancellationToken cancellationToken)
    {
        var operation = new SqliteOperation<T>(statements, row);
        threads.Add(operation);
        return operation.AnswerAsync(_timeout, time, cancellationToken);
    }

    /// <summary>
    /// Readable by its owner only, as are the two files that SQLite lays beside it, which take its mode.
    /// </summary>
    private void MakePrivate()
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(_file))
        {
            using var file = new FileStream(_file, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
    }

    private static InvalidOperationException NotPrepared() =>
        new("The database is not open: await PrepareAsync before it is used.");
}
