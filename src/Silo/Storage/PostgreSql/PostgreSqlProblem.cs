using System.Net.Sockets;
using Npgsql;

namespace Sluice.Silo.Storage.PostgreSql;

/// <summary>Turns what PostgreSQL or the network said into a sentence for an operator.</summary>
internal static class PostgreSqlProblem
{
    /// <summary>What is wrong and what to do. Names host, user and database, never the password.</summary>
    public static string SentenceOf(Exception exception, NpgsqlConnectionStringBuilder settings)
    {
        var server = $"PostgreSQL at {settings.Host}:{settings.Port}";
        return exception switch
        {
            PostgresException { SqlState: "28P01" or "28000" } =>
                $"{server} refused the user '{settings.Username}': the password is wrong, or it may not log in; " +
                "correct user and password in Storage:DatabaseUrl.",
            PostgresException { SqlState: "3D000" } =>
                $"{server} has no database '{settings.Database}': create it, or correct Storage:DatabaseUrl.",
            PostgresException { SqlState: "42501" } =>
                $"{server} does not let the user '{settings.Username}' create tables in '{settings.Database}': " +
                "make it the owner of the database.",
            PostgresException { SqlState: "53300" } =>
                $"{server} has no connection left: raise its max_connections, or lower Storage:ConnectionsMax.",
            PostgresException refused => Without(settings.Password,
                $"{server} answered '{refused.MessageText}' ({refused.SqlState}): see the log of PostgreSQL."),
            _ => Without(settings.Password,
                $"{server} cannot be used, {ReasonOf(exception)}: start it, or correct Storage:DatabaseUrl."),
        };
    }

    /// <summary>What is wrong, in a few words without names or addresses.</summary>
    public static string ReasonOf(Exception exception) => exception switch
    {
        PostgresException refused => $"it answers with error {refused.SqlState}",
        OperationCanceledException or TimeoutException or { InnerException: TimeoutException } =>
            "it does not answer in time",
        _ when Find<SocketException>(exception) is { } failed => failed.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "the connection was refused",
            SocketError.HostNotFound or SocketError.NoData => "its host name is not known",
            SocketError.TimedOut => "it does not answer in time",
            _ => $"the connection failed with {failed.SocketErrorCode}",
        },
        NpgsqlException => exception.Message.TrimEnd('.'),
        _ => exception.GetType().Name,
    };

    private static T? Find<T>(Exception? exception)
        where T : Exception => exception switch
        {
            null => null,
            T found => found,
            AggregateException several => several.InnerExceptions.Select(Find<T>).OfType<T>().FirstOrDefault(),
            _ => Find<T>(exception.InnerException),
        };

    /// <summary>A second lock on the door: no text known to hold the password comes here.</summary>
    private static string Without(string? password, string text) =>
        string.IsNullOrEmpty(password) ? text : text.Replace(password, "***", StringComparison.Ordinal);
}
