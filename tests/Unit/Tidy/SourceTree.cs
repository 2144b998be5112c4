using System.Xml.Linq;
using Xunit;

namespace Sluice.Unit.Tidy;

/// <summary>The repository that these tests were built from, read as files.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Every file of ours below a folder with this ending, relative to the root.</summary>
    public static IEnumerable<string> Files(string folder, string pattern = "*.cs") =>
        from path in Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        let file = Path.GetRelativePath(Root, path).Replace('\\', '/')
        where !file.Contains("/obj/", StringComparison.Ordinal)
            && !file.Contains("/bin/", StringComparison.Ordinal)
            && !file.Contains("/node_modules/", StringComparison.Ordinal)
        orderby file
        select file;

    public static IReadOnlyList<string> Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    public static XDocument Project(string file) => XDocument.Load(Path.Combine(Root, file));

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Platform.sln"))
            ? folder
            : FindRoot(Path.GetDirectoryName(folder)
                ?? throw new DirectoryNotFoundException("No folder above the tests holds Platform.sln."));
}

internal static class Tidy
{
    /// <summary>Fails with every mistake on a line of its own, not with the first few.</summary>
    public static void NoMistakes(IEnumerable<string> mistakes)
    {
        var all = mistakes.ToList();
        if (all.Count > 0)
        {
            Assert.Fail(string.Join(Environment.NewLine, all));
        }
    }
}
