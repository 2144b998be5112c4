using Microsoft.Extensions.Options;
using Sluice.Daemon.Settings;
using Sluice.Silo.Storage.PostgreSql;

namespace Sluice.Silo.Storage;

/// <summary>
/// Names every mistake in the settings of the storage at once. The database's address is never repeated.
/// </summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var mistakes = new List<string>();
        mistakes.AddRange(Annotations.MistakesIn("Storage", options));
        if (options.DatabaseUrlFileMistake is { } fileMistake)
        {
            mistakes.Add($"Storage:DatabaseUrlFile {fileMistake}");
        }
        else if (options.DatabaseUrl.Length == 0 == (options.SqliteFile.Length == 0))
        {
            mistakes.Add(
                "Storage: set exactly one of Storage:DatabaseUrl (or DATABASE_URL, or Storage:DatabaseUrlFile), for " +
                "PostgreSQL, and Storage:SqliteFile, for a single machine.");
        }

        if (options.DatabaseUrl.Length > 0 && DatabaseUrl.Read(options.DatabaseUrl).Mistake is { } mistake)
        {
            mistakes.Add($"Storage:DatabaseUrl {mistake}");
        }

        if (options.OwnerUrlFile.Length > 0 && OwnerMistake(options) is { } ownerMistake)
        {
            mistakes.Add($"Storage:OwnerUrlFile {ownerMistake}");
        }

        if (options.SqliteFile.Length > 0 && Path.EndsInDirectorySeparator(options.SqliteFile))
        {
            mistakes.Add($"Storage:SqliteFile '{options.SqliteFile}' names a folder; name a file in it.");
        }

        if (options.CommandTimeout.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            mistakes.Add($"Storage:CommandTimeout {options.CommandTimeout} is not a whole number of seconds.");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static string? OwnerMistake(StorageOptions options)
    {
        if (options.SqliteFile.Length > 0)
        {
            return "is for PostgreSQL; a SQLite file has no roles.";
        }

        try
        {
            return DatabaseUrl.Read(File.ReadAllText(options.OwnerUrlFile).Trim()).Mistake is { } mistake
                ? $"'{options.OwnerUrlFile}' holds an address that {mistake}"
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {exception.Message}";
        }
    }
}
