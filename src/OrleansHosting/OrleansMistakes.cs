using System.Net;
using Npgsql;

namespace Sluice.OrleansHosting;

/// <summary>Finds every mistake in the settings, and repeats no connection string.</summary>
internal static class OrleansMistakes
{
    private static readonly string[] Clusterings = ["Redis", "AdoNet", "Localhost"];
    private static readonly TimeSpan ResponseTimeoutMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ResponseTimeoutMax = TimeSpan.FromMinutes(5);

    public static IEnumerable<string> In(OrleansOptions options)
    {
        foreach (var (name, value) in new[]
        {
            (nameof(options.ClusterId), options.ClusterId), (nameof(options.ServiceId), options.ServiceId),
        })
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                yield return $"Orleans:{name} is empty.";
            }
        }

        if (!Clusterings.Contains(options.Clustering))
        {
            yield return $"Orleans:Clustering '{options.Clustering}' is none of {string.Join(", ", Clusterings)}.";
        }

        if (options.Clustering is "Redis" && !IsRedis(options.RedisConnection))
        {
            yield return "Orleans:RedisConnection must be like 'host:6379,ssl=true', because Orleans:Clustering is "
                + "Redis.";
        }

        if (options.Clustering is "AdoNet" && !IsPostgreSql(options.DatabaseConnection))
        {
            yield return "Orleans:DatabaseConnection must be like 'Host=…;Database=…', because Orleans:Clustering is "
                + "AdoNet.";
        }

        if (!IsPort(options.GatewayPort))
        {
            yield return $"Orleans:GatewayPort {options.GatewayPort} is not 1 to 65535.";
        }

        if (options.ResponseTimeout < ResponseTimeoutMin || options.ResponseTimeout > ResponseTimeoutMax)
        {
            yield return $"Orleans:ResponseTimeout {options.ResponseTimeout} is not between 1 second and 5 minutes.";
        }
    }

    public static bool IsPort(int port) => port is > 0 and <= IPEndPoint.MaxPort;

    public static bool IsPostgreSql(string connection)
    {
        try
        {
            return !string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connection).Host);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            return false; // Its message may hold a part of the text, and with it a part of the password.
        }
    }

    private static bool IsRedis(string connection)
    {
        try
        {
            return StackExchange.Redis.ConfigurationOptions.Parse(connection).EndPoints.Count > 0;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            return false;
        }
    }
}
