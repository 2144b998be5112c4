namespace Sluice.Testing;

/// <summary>Finds the checked-out repository from wherever a test runs in it.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds <c>Platform.sln</c>.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Platform.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException(
                $"No Platform.sln above {AppContext.BaseDirectory}: run the tests in the repository.");
    }
}
