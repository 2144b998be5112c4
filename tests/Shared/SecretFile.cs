using System.Text;

namespace Sluice.Testing;

/// <summary>Files that only their owner may read, as the product wants its secrets.</summary>
public static class SecretFile
{
    /// <exception cref="IOException">There is such a file, or it cannot be written.</exception>
    public static async Task WriteAsync(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(path, options);
        await file.WriteAsync(Encoding.ASCII.GetBytes(text));
    }
}
