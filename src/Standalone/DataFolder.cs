using Sluice.Daemon;

namespace Sluice.Standalone;

/// <summary>The folder that one running Sluice owns.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    public string Path { get; }

    public string Database => In("sluice.db");

    public string MasterKey => In("master.key");

    public string Quickstart => In("quickstart.json");

    public string Configuration => In("sluice.yaml");

    /// <summary>Makes the folder if it is missing, and takes it for this process.</summary>
    /// <exception cref="CannotStartException">It cannot be written, or another process has it.</exception>
    public static DataFolder Take(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, OwnerOnly);
            }

            // Held open as long as the process lives: the system lets go of it even after kill -9.
            var file = new FileStream(
                System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataFolder(path, file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException(
                $"The data folder '{path}' cannot be used: {exception.Message.TrimEnd('.')}. Is it writable, and is no "
                + "other Sluice running on it?");
        }
    }

    public void Dispose() => _lock.Dispose();

    private string In(string file) => System.IO.Path.Combine(Path, file);
}
