using Sluice.Daemon;

namespace Sluice.Silo.Configuration;

/// <summary>The file that the first admin key is kept in. Only its owner may read it.</summary>
internal static class AdminKeyFile
{
    /// <summary>Makes the first administrator, and leaves a key of its own that works in the file.</summary>
    /// <exception cref="CannotStartException">The file cannot be read or written.</exception>
    public static async Task KeepAsync(FirstAdministrator first, string path)
    {
        await first.MakeAsync();
        try
        {
            var earlier = File.Exists(path) ? (await File.ReadAllTextAsync(path)).Trim() : null;
            var key = await first.KeyAsync(FirstAdministrator.ClientId, earlier);
            if (key != earlier)
            {
                Write(path, key);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException(
                $"Silo:AdminKeyFile '{path}' cannot be read or written: {exception.Message}", exception);
        }
    }

    /// <summary>Whole or not at all: written beside, then moved into place.</summary>
    private static void Write(string path, string key)
    {
        var beside = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        File.Delete(beside); // A leftover would keep its own mode.
        using (var writer = new StreamWriter(beside, options))
        {
            writer.WriteLine(key);
        }

        File.Move(beside, path, overwrite: true);
    }
}
