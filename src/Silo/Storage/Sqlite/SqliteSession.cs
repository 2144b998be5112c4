using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sluice.Silo.Storage.Sqlite;

/// <summary>One connection to the file, used by one thread at a time, with its prepared statements.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = []; // As many as there are constant texts.

    static SqliteSession() => Batteries_V2.Init();

    private SqliteSession(SqliteConnection connection) => _connection = connection;

    public SqliteConnection Connection => _connection;

    /// <summary>False once SQLite has rolled back by itself, as it does when the disk is full.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_connection.Handle!) == 0;

    /// <param name="file">The database file.</param>
    /// <param name="mode">Whether the file may be made, written or only read.</param>
    /// <param name="busyTimeout">How long to wait for another process that writes; whole seconds, 1 or more.</param>
    public static SqliteSession Open(string file, SqliteOpenMode mode, TimeSpan busyTimeout)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = mode,
            ForeignKeys = true,
            Pooling = false, // A session is opened once and kept.
            DefaultTimeout = (int)busyTimeout.TotalSeconds,
        };
        var session = new SqliteSession(new SqliteConnection(settings.ConnectionString));
        try
        {
            session._connection.Open();

            // Waiting for another process is the driver's, DefaultTimeout long in steps of 150 ms. SQLite's own
            // waiting, as it is built in this package, sleeps whole seconds.
            session.Execute("PRAGMA busy_timeout = 0");
            if (mode is not SqliteOpenMode.ReadOnly)
            {
                // FULL: in WAL mode NORMAL may lose the last commits when the power fails, and they were promised.
                session.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
            }

            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Execute(string sql) => Prepared(sql).ExecuteNonQuery();

    /// <summary>Runs the statements in order and maps the rows of the last one.</summary>
    public List<T> Run<T>(IReadOnlyList<Statement> statements, Func<DbDataReader, T> row)
    {
        var rows = new List<T>();
        for (var i = 0; i < statements.Count; i++)
        {
            using var reader = Bind(statements[i]).ExecuteReader();
            while (reader.Read())
            {
                rows.Add(row(reader));
            }
        }

        return rows;
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private SqliteCommand Bind(Statement statement)
    {
        var command = Prepared(statement.Sql);
        for (var i = 0; i < statement.Values.Length; i++)
        {
            var value = statement.Values[i];
            if (i == command.Parameters.Count)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i + 1}" });
            }

            // A time of fixed width in UTC, so that the order of the texts is the order of the times.
            command.Parameters[i].Value = value is DateTimeOffset time
                ? time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture)
                : value;
        }

        return command;
    }

    private SqliteCommand Prepared(string sql)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            _prepared[sql] = command = _connection.CreateCommand();
            command.CommandText = sql;
        }

        return command;
    }
}
