using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;

namespace Sluice.OrleansHosting;

/// <summary>Orleans cannot be started as it is set up. The message is for whoever operates it.</summary>
internal sealed class EngineRefusedException(string message) : Exception(message)
{
    /// <summary>What an operator can act on in what Orleans throws at its start; null for a mistake of ours.</summary>
    public static string? Sentence(Exception exception) => exception switch
    {
        EngineRefusedException => exception.Message,
        OptionsValidationException mistakes => string.Join(' ', mistakes.Failures),
        RedisConnectionException or RedisTimeoutException =>
            "the Redis of Orleans:RedisConnection cannot be used: is it up, and are name and password right?",
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable } =>
            "the database of Orleans:DatabaseConnection has no tables of Orleans; docs/engines.md says how they are "
                + "made.",
        NpgsqlException =>
                "the database of Orleans:DatabaseConnection cannot be used: is it up, and are name and password "
            + "right?",
        OrleansConfigurationException => exception.Message,
        { InnerException: { } inner } => Sentence(inner),
        _ => null,
    };
}
