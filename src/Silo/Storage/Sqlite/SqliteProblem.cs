using Microsoft.Data.Sqlite;

namespace Sluice.Silo.Storage.Sqlite;

/// <summary>Turns what SQLite or the file system said into a sentence for an operator.</summary>
internal static class SqliteProblem
{
    // Result codes of SQLite, sqlite3.h.
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>What is wrong and what to do.</summary>
    public static string SentenceOf(Exception exception, string file) => exception switch
    {
        _ when Directory.Exists(file) =>
            $"'{file}' is a folder: name a file in it in Storage:SqliteFile.",
        SqliteException { SqliteErrorCode: NotADatabase } =>
            $"'{file}' is not a SQLite database: move it away, or name another file in Storage:SqliteFile.",
        SqliteException { SqliteErrorCode: Busy or Locked } =>
            $"'{file}' is kept locked by another process: end that process.",
        SqliteException { SqliteErrorCode: ReadOnly or CannotOpen } =>
            $"'{file}' cannot be opened for writing: let the user '{Environment.UserName}' write the file and its " +
            "folder, or name another file in Storage:SqliteFile.",
        SqliteException { SqliteErrorCode: Full } =>
            $"The disk of '{file}' is full: make room, or name a file elsewhere in Storage:SqliteFile.",
        SqliteException { SqliteErrorCode: Corrupt } =>
            $"'{file}' is damaged: restore it from a backup.",
        SqliteException other =>
            $"'{file}' cannot be used, {ReasonOf(exception)} ({other.SqliteExtendedErrorCode}): check its disk, or " +
            "name another file in Storage:SqliteFile.",
        _ =>
            $"'{file}' cannot be made: let the user '{Environment.UserName}' write its folder, or name another file " +
            "in Storage:SqliteFile.",
    };

    /// <summary>What is wrong, in a few words without the file's name.</summary>
    public static string ReasonOf(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: Busy or Locked } => "it is locked by another process",
        SqliteException { SqliteErrorCode: InputOutput } => "its disk fails",
        SqliteException { SqliteErrorCode: Full } => "its disk is full",
        SqliteException { SqliteErrorCode: Corrupt or NotADatabase } => "its file is damaged",
        SqliteException other => $"SQLite answers with error {other.SqliteErrorCode}",
        OperationCanceledException or TimeoutException => "it does not answer in time",
        _ => exception.GetType().Name,
    };
}
