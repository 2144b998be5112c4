using System.Web;
using Npgsql;

namespace Sluice.Silo.Storage.PostgreSql;

/// <summary>
/// Reads the address of a PostgreSQL database. What it says of a mistake never repeats what was written.
/// </summary>
internal static class DatabaseUrl
{
    private static readonly Dictionary<string, string> SettingOfParameter = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["channel_binding"] = "Channel Binding",
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
        ["host"] = "Host", // A folder of Unix sockets, which cannot stand where the host stands.
    };

    /// <summary>Either the settings, or a mistake that continues a sentence beginning with the place.</summary>
    public static (NpgsqlConnectionStringBuilder? Settings, string? Mistake) Read(string text)
    {
        var isUrl = text.StartsWith("postgres://", StringComparison.Ordinal)
            || text.StartsWith("postgresql://", StringComparison.Ordinal);
        var (settings, mistake) = isUrl ? ReadUrl(text) : ReadSettings(text);
        if (settings is not null && string.IsNullOrEmpty(settings.Host))
        {
            return (null, "names no host.");
        }

        return (settings, mistake);
    }

    private static (NpgsqlConnectionStringBuilder?, string?) ReadSettings(string text)
    {
        try
        {
            return (new NpgsqlConnectionStringBuilder(text), null);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            // Its message may hold a part of the text, and with it a part of the password.
            return (null, "is neither a postgres:// address nor a connection string that Npgsql can read.");
        }
    }

    private static (NpgsqlConnectionStringBuilder?, string?) ReadUrl(string text)
    {
        // A password with one of / ? # in it ends where the reader does not expect it, and its rest would be taken for
        // a host or a parameter, which messages name.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url.Fragment.Length > 0
            || url.Query.Contains('@', StringComparison.Ordinal)
            || (url.UserInfo.Length == 0 && text.Contains('@', StringComparison.Ordinal)))
        {
            return (null, "is not a readable address; write special characters in the password as %XX.");
        }

        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = url.IdnHost.Trim('[', ']'),
            Port = url.IsDefaultPort || url.Port <= 0 ? NpgsqlConnection.DefaultPort : url.Port,
        };
        var user = url.UserInfo.Split(':', 2);
        settings.Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null;
        settings.Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null;
        settings.Database = url.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(url.AbsolutePath[1..]) : null;
        var parameters = HttpUtility.ParseQueryString(url.Query);
        foreach (var parameter in parameters.AllKeys)
        {
            if (parameter is null || !SettingOfParameter.TryGetValue(parameter, out var setting))
            {
                return (null, $"has the parameter '{parameter}', which is none of " +
                    $"{string.Join(", ", SettingOfParameter.Keys)}.");
            }

            try
            {
                settings[setting] = setting is "SSL Mode"
                    ? parameters[parameter]!.Replace("-", "", StringComparison.Ordinal)
                    : parameters[parameter];
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException)
            {
                return (null, $"has a value of the parameter '{parameter}' that PostgreSQL does not know.");
            }
        }

        return (settings, null);
    }
}
