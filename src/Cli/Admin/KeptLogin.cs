using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Cli.Admin;

/// <summary>
/// The admin port and the key that an operator has logged in with, in a file that nobody else on the machine can read.
/// The key goes to the port that it was logged in at, and to no other.
/// </summary>
/// <param name="Address">The admin port.</param>
/// <param name="Key">An admin key, or an access token.</param>
internal sealed record KeptLogin(string Address, string Key)
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary><c>$XDG_CONFIG_HOME/sluice/login.json</c>, else below <c>~/.config</c>.</summary>
    public static string Path => System.IO.Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } folder
            ? folder
            : System.IO.Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"),
        "sluice", "login.json");

    /// <summary>What was kept; null when nobody has logged in.</summary>
    /// <exception cref="AdminException">It cannot be read, or others can read it.</exception>
    public static KeptLogin? Find()
    {
        try
        {
            if (!File.Exists(Path))
            {
                return null;
            }

            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Path) & ~OwnFile) != UnixFileMode.None)
            {
                throw new AdminException(
                    ExitCodes.CannotTell,
                    $"Others on this machine may read '{Path}', which has an admin key: chmod 600 it, or log in anew.");
            }

            return JsonNode.Parse(File.ReadAllText(Path)) is JsonObject kept
                && (string?)kept["address"] is { } address && (string?)kept["key"] is { } key
                    ? new KeptLogin(address, key)
                    : throw Unreadable("it is not what 'sluice login' writes.");
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw Unreadable(exception.Message);
        }
    }

    /// <summary>Keeps it in the place of what was kept before; whole, or not at all.</summary>
    /// <exception cref="AdminException">It cannot be written.</exception>
    public void Keep()
    {
        var next = $"{Path}.{Environment.ProcessId}";
        try
        {
            var folder = System.IO.Path.GetDirectoryName(Path)!;
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, OwnFolder);
            }

            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnFile;
            }

            using (var file = new StreamWriter(next, options))
            {
                file.Write(new JsonObject { ["address"] = Address, ["key"] = Key }.ToJsonString());
            }

            File.Move(next, Path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCodes.CannotTell, $"'{Path}' cannot be written: {exception.Message}");
        }
    }

    /// <summary>Forgets it.</summary>
    /// <returns>False when nobody had logged in.</returns>
    /// <exception cref="AdminException">It cannot be deleted.</exception>
    public static bool Forget()
    {
        try
        {
            var found = File.Exists(Path);
            File.Delete(Path);
            return found;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCodes.CannotTell, $"'{Path}' cannot be deleted: {exception.Message}");
        }
    }

    /// <summary>Never the key.</summary>
    public override string ToString() => $"KeptLogin {Address}";

    private static AdminException Unreadable(string why) => new(
        ExitCodes.CannotTell, $"'{Path}' cannot be read: {why} Log in again, or delete it.");
}
