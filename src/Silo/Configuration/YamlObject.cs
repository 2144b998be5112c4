using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Sluice.Silo.Configuration;

/// <summary>
/// One mapping of a YAML file, read member by member; what is wrong is noted with its line and place.
/// </summary>
internal sealed class YamlObject
{
    private readonly YamlMappingNode _node;
    private readonly string _path;
    private readonly string _file;
    private readonly List<string> _mistakes;
    private readonly Dictionary<string, YamlNode> _members = [];
    private readonly HashSet<string> _known = [];
    private readonly HashSet<string> _mistaken = [];

    public YamlObject(YamlMappingNode node, string path, string file, List<string> mistakes)
    {
        (_node, _path, _file, _mistakes) = (node, path, file, mistakes);
        foreach (var (key, value) in node)
        {
            if (key is YamlScalarNode scalar)
            {
                _members[scalar.Value ?? ""] = value;
            }
            else
            {
                // Most often a template that was not filled in: {{ x }} is an object whose name is an object.
                var place = path.Length == 0 ? "" : $"{path}: ";
                mistakes.Add($"{file} line {key.Start.Line}: {place}a name here is not a text.");
            }
        }
    }

    public string? Text(string name)
    {
        switch (Member(name))
        {
            case null:
                return null;
            case YamlScalarNode scalar:
                return scalar.Value ?? "";
            default:
                Mistake(name, "must be a text.");
                return null;
        }
    }

    public string Needed(string name)
    {
        if (Text(name) is { Length: > 0 } text)
        {
            return text;
        }

        Mistake(name, "is missing.");
        return "";
    }

    public long? Number(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Mistake(name, $"'{text}' is not a whole number.");
        return null;
    }

    public bool? Flag(string name)
    {
        switch (Text(name))
        {
            case null:
                return null;
            case "true":
                return true;
            case "false":
                return false;
            case var text:
                Mistake(name, $"'{text}' is not true or false.");
                return null;
        }
    }

    public IReadOnlyList<string> Texts(string name) =>
        [.. Items(name, node => node is YamlScalarNode, "must be a list of texts.")
            .Select(item => ((YamlScalarNode)item.Node).Value ?? "")];

    public IReadOnlyList<YamlObject> Objects(string name) =>
        [.. Items(name, node => node is YamlMappingNode, "must be a list of objects.")
            .Select(item => new YamlObject((YamlMappingNode)item.Node, item.Path, _file, _mistakes))];

    public YamlObject? Object(string name)
    {
        switch (Member(name))
        {
            case null:
                return null;
            case YamlMappingNode mapping:
                return new YamlObject(mapping, PathOf(name), _file, _mistakes);
            default:
                Mistake(name, "must be an object.");
                return null;
        }
    }

    /// <summary>
    /// After all members were asked for: whatever else stands there is a mistake, most often a typing one.
    /// </summary>
    public void NothingElse()
    {
        foreach (var name in _members.Keys.Where(name => !_known.Contains(name)))
        {
            Mistake(name, $"is not known here; known are {string.Join(", ", _known.Order(StringComparer.Ordinal))}.");
        }
    }

    /// <summary>Notes a mistake at the line of a member, or of the object when it has no such member.</summary>
    public void Mistake(string name, string text)
    {
        var line = (_members.GetValueOrDefault(name) ?? _node).Start.Line;
        _mistakes.Add($"{_file} line {line}: {PathOf(name)}: {text}");
        _mistaken.Add(name);
    }

    /// <summary>True when a mistake of this member was noted: it must not be called missing as well.</summary>
    public bool HasMistake(string name) => _mistaken.Contains(name);

    private string PathOf(string name)
    {
        var path = _path.Length == 0 ? name : $"{_path}.{name}";
        return name.Length == 0 ? _path : path;
    }

    private YamlNode? Member(string name)
    {
        _known.Add(name);
        return _members.GetValueOrDefault(name) is { } node and not YamlScalarNode { Value: "" or "null" or "~" }
            ? node
            : null;
    }

    private IEnumerable<(YamlNode Node, string Path)> Items(string name, Func<YamlNode, bool> fits, string otherwise)
    {
        switch (Member(name))
        {
            case null:
                return [];
            case YamlSequenceNode sequence when sequence.All(fits):
                return sequence.Select((node, i) => (node, $"{PathOf(name)}[{i}]"));
            default:
                Mistake(name, otherwise);
                return [];
        }
    }
}
