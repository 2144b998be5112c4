using Xunit;
using YamlDotNet.RepresentationModel;

namespace Sluice.Unit.Deploy;

/// <summary>The files of the kustomize base, read as they are.</summary>
internal sealed class Manifests
{
    public static readonly string Folder = Path.Combine(RepositoryRoot(), "deploy", "k8s", "base");

    private Manifests(IReadOnlyList<YamlMappingNode> objects) => Objects = objects;

    /// <summary>Every object of every file but the kustomization itself.</summary>
    public IReadOnlyList<YamlMappingNode> Objects { get; }

    public IEnumerable<YamlMappingNode> Deployments => OfKind("Deployment");

    public IEnumerable<YamlMappingNode> Containers =>
        Deployments.SelectMany(deployment => deployment.List("spec.template.spec.containers"));

    public static Manifests Read() => new([.. Files().SelectMany(file => Documents(file))]);

    /// <summary>File names, sorted, without the kustomization.</summary>
    public static IEnumerable<string> Files() =>
        Directory.GetFiles(Folder)
            .Select(file => Path.GetFileName(file))
            .Where(name => name is not "kustomization.yaml")
            .Order(StringComparer.Ordinal);

    public static IEnumerable<YamlMappingNode> Documents(string file)
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Folder, file));
        yaml.Load(reader);
        return yaml.Documents.Select(document => Assert.IsType<YamlMappingNode>(document.RootNode));
    }

    public IEnumerable<YamlMappingNode> OfKind(string kind) => Objects.Where(one => one.Text("kind") == kind);

    public bool Has(string kind, string? name) => OfKind(kind).Any(one => one.Name() == name);

    /// <summary>Names of the deployments whose pods the labels pick.</summary>
    public IReadOnlyList<string> Picked(IReadOnlyDictionary<string, string> labels) =>
    [
        .. Deployments
            .Where(deployment => IsPartOf(labels, deployment.Map("spec.template.metadata.labels")))
            .Select(deployment => deployment.Name()),
    ];

    private static bool IsPartOf(IReadOnlyDictionary<string, string> some, IReadOnlyDictionary<string, string> all) =>
        some.Count > 0 && some.All(label => all.GetValueOrDefault(label.Key) == label.Value);

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Platform.sln")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("No Platform.sln above the tests.");
        }

        return folder;
    }
}
