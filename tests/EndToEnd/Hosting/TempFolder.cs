namespace Sluice.EndToEnd.Hosting;

/// <summary>A folder that is gone after the test.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sluice-endtoend-").FullName;

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file that only its owner reads, and returns its path.</summary>
    public string Write(string name, string text)
    {
        var path = In(name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A killed process may let go of a file a moment later; the system clears its temporary files anyway.
        }
    }
}
