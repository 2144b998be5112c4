using YamlDotNet.RepresentationModel;

namespace Sluice.Unit.Deploy;

/// <summary>Reads a node by a path of keys separated by dots. What is not there is null or empty.</summary>
internal static class YamlPaths
{
    public static string Name(this YamlMappingNode node) => node.Text("metadata.name") ?? "";

    public static string? Text(this YamlMappingNode node, string path) => (node.At(path) as YamlScalarNode)?.Value;

    public static YamlMappingNode? Node(this YamlMappingNode node, string path) => node.At(path) as YamlMappingNode;

    public static IEnumerable<YamlMappingNode> List(this YamlMappingNode node, string path) =>
        (node.At(path) as YamlSequenceNode)?.Children.OfType<YamlMappingNode>() ?? [];

    public static IEnumerable<string> Texts(this YamlMappingNode node, string path) =>
        (node.At(path) as YamlSequenceNode)?.Children.OfType<YamlScalarNode>().Select(item => item.Value!) ?? [];

    public static IReadOnlyDictionary<string, string> Map(this YamlMappingNode node, string path) =>
        node.Node(path)?.Children.ToDictionary(pair => $"{pair.Key}", pair => $"{pair.Value}") ?? [];

    private static YamlNode? At(this YamlMappingNode node, string path)
    {
        YamlNode? at = node;
        foreach (var key in path.Split('.'))
        {
            at = at is YamlMappingNode map && map.Children.TryGetValue(key, out var child) ? child : null;
        }

        return at;
    }
}
