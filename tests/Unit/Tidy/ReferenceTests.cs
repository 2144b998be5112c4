using Xunit;

namespace Sluice.Unit.Tidy;

/// <summary>The layout of docs/architecture.md, held: who may see whom, and who may use what.</summary>
public sealed class ReferenceTests
{
    /// <summary>
    /// Every project of the product, and all the projects it may refer to. The engine comes by UsesEngine.
    /// </summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["src/Actors/Actors.csproj"] = [],
        ["src/Cli/Cli.csproj"] = ["Rules"],
        ["src/Daemon/Daemon.csproj"] = ["Telemetry"],
        ["src/Edge/Edge.csproj"] = ["Daemon", "Grains.Abstractions", "Rules", "Telemetry"],
        ["src/Grains.Abstractions/Grains.Abstractions.csproj"] = [],
        ["src/Grains/Grains.csproj"] = ["Grains.Abstractions", "Rules"],
        ["src/Rules/Rules.csproj"] = [],
        ["src/Silo/Silo.csproj"] = ["Daemon", "Grains", "Telemetry"],
        ["src/Standalone/Standalone.csproj"] = ["Edge", "Silo", "SimulatedPool"],
        ["src/Telemetry/Telemetry.csproj"] = [],
        ["samples/SimulatedPool/SimulatedPool.csproj"] = [],
    };

    private static readonly string[] MayUseTheEngine = ["Edge", "Grains", "Grains.Abstractions", "Silo"];

    [Fact]
    public void A_project_refers_only_to_the_floors_below_it()
    {
        var found = SourceTree.Files("src", "*.csproj").Concat(SourceTree.Files("samples", "*.csproj")).ToList();

        Assert.Equal(Allowed.Keys.Order(), found.Order());
        Tidy.NoMistakes(
            from project in found
            from reference in Elements(project, "ProjectReference")
            let name = Path.GetFileNameWithoutExtension(reference)
            where !Allowed[project].Contains(name)
            select $"{project} must not refer to {name}.");
    }

    /// <summary>What tests share is in Shared; the benchmarks run the simulation too, with more seeds.</summary>
    [Fact]
    public void A_test_project_refers_to_no_other_one() => Tidy.NoMistakes(
        from project in SourceTree.Files("tests", "*.csproj")
        from reference in Elements(project, "ProjectReference")
        where !reference.Contains("/src/", StringComparison.Ordinal)
            && !reference.Contains("/samples/", StringComparison.Ordinal)
        let name = Path.GetFileNameWithoutExtension(reference)
        where name != "Shared" && (Path.GetFileNameWithoutExtension(project), name) != ("Bench", "Simulation")
        select $"{project} must not refer to {name}.");

    [Fact]
    public void Only_what_speaks_to_grains_uses_the_engine() => Tidy.NoMistakes(
        from project in SourceTree.Files("src", "*.csproj")
        let name = Path.GetFileNameWithoutExtension(project)
        let uses = SourceTree.Project(project).Descendants("UsesEngine").Any(element => element.Value == "true")
        where uses != MayUseTheEngine.Contains(name)
        select $"{project}: UsesEngine is {uses}.");

    [Fact]
    public void The_rules_need_no_package_and_no_project() => Tidy.NoMistakes(
        Elements("src/Rules/Rules.csproj", "PackageReference")
            .Concat(Elements("src/Rules/Rules.csproj", "ProjectReference"))
            .Concat(Elements("src/Rules/Rules.csproj", "FrameworkReference")));

    [Fact]
    public void Grains_know_no_database_and_no_web() => Tidy.NoMistakes(
        Uses("src/Grains", "Npgsql", "Microsoft.Data", "Microsoft.AspNetCore", "Yarp")
            .Concat(Uses("src/Grains.Abstractions", "Npgsql", "Microsoft.Data", "Microsoft.AspNetCore", "Yarp")));

    [Fact]
    public void The_edge_never_sees_grains_or_silos() => Tidy.NoMistakes(
        Uses("src/Edge", "Sluice.Grains;", "Sluice.Grains.Clients", "Sluice.Grains.Plans", "Sluice.Silo"));

    [Fact]
    public void Only_the_hosting_of_an_engine_names_it() => Tidy.NoMistakes(
        from use in Uses("src/Silo", "Sluice.Actors.Hosting").Concat(Uses("src/Edge", "Sluice.Actors"))
        where !use.StartsWith("src/Silo/Hosting/", StringComparison.Ordinal)
            && !use.StartsWith("src/Edge/Hosting/", StringComparison.Ordinal)
            && !use.StartsWith("src/Silo/Storage/", StringComparison.Ordinal) // Implements its reminder table.
        select use);

    [Fact]
    public void Only_the_hosting_on_Orleans_names_it() => Tidy.NoMistakes(
        from use in Uses("src", "Orleans;", "Orleans.", "Microsoft.Orleans")
        where !use.StartsWith("src/OrleansHosting/", StringComparison.Ordinal)
            && !use.StartsWith("src/Silo/Hosting/Orleans", StringComparison.Ordinal)
            && !use.StartsWith("src/Edge/Hosting/Orleans", StringComparison.Ordinal)
        select use);

    [Fact]
    public void The_engine_knows_no_word_of_the_product()
    {
        string[] words =
            ["tenant", "quota", "bucket", "slot", "admission", "admit", "edge", "upstream", "openai", "yarp"];

        Tidy.NoMistakes(
            from file in SourceTree.Files("src/Actors")
            from line in SourceTree.Lines(file)
            from word in words
            where line.Split([' ', '.', ',', '(', ')', '<', '>', '"', '/', ';', '\'', '\u2019'])
                .Contains(word, StringComparer.OrdinalIgnoreCase)
            select $"{file}: '{word}' in: {line.Trim()}");
    }

    private static IEnumerable<string> Elements(string project, string name) =>
        from element in SourceTree.Project(project).Descendants(name)
        select (string)element.Attribute("Include")!;

    private static IEnumerable<string> Uses(string folder, params string[] namespaces) =>
        from file in SourceTree.Files(folder)
        from line in SourceTree.Lines(file)
        where line.StartsWith("using ", StringComparison.Ordinal)
        from name in namespaces
        where line["using ".Length..].StartsWith(name, StringComparison.Ordinal)
        select $"{file}: {line}";
}
