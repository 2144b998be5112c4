using System.Reflection;
using System.Text.RegularExpressions;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>
/// Guards the promise that grain code compiles against either engine: every public type and member of
/// <c>Sluice.Actors</c> must stand in <c>orleans-api.txt</c>, Orleans' own public signatures, in the same shape.
/// Reductions are allowed: types, members, interfaces of a type that this engine does not have. Additions are not.
/// Hosting is free of this; so are operators and the overrides of object, which the file does not list for every type.
/// </summary>
public sealed partial class OrleansSurfaceTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] KindWords = ["class ", "interface ", "struct ", "enum "];

    private static readonly Dictionary<string, (string Head, HashSet<string> Members)> Orleans = Read();

    [Fact]
    public void Every_type_and_member_exists_in_Orleans_with_the_same_shape()
    {
        var differences = Surface().SelectMany(Differences).ToArray();

        Assert.True(differences.Length == 0, string.Join(Environment.NewLine, differences));
    }

    [Fact]
    public void The_surface_is_not_empty_and_every_type_of_the_file_is_used()
    {
        var ours = Surface().Select(NameOf).ToHashSet();

        Assert.True(ours.Count > 45);
        Assert.Empty(Orleans.Keys.Except(ours));
    }

    private static IEnumerable<Type> Surface() =>
        typeof(Grain).Assembly.GetExportedTypes().Where(type => type.Namespace == "Sluice.Actors");

    private static IEnumerable<string> Differences(Type type)
    {
        var name = NameOf(type);
        if (!Orleans.TryGetValue(name, out var theirs))
        {
            return [$"{name}: no such type in Orleans."];
        }

        return HeadDifferences(type, theirs.Head)
            .Concat(MembersOf(type).Where(member => !theirs.Members.Contains(member))
                .Select(member => $"{name}: Orleans has no '{member}'."));
    }

    private static IEnumerable<string> HeadDifferences(Type type, string head)
    {
        var kind = KindOf(type);
        if (!head.StartsWith($"{kind} ", StringComparison.Ordinal))
        {
            yield return $"{NameOf(type)}: is a {kind}, in Orleans '{head}'.";
        }

        var theirBases = head.Contains(" : ", StringComparison.Ordinal)
            ? Split(head[(head.IndexOf(" : ", StringComparison.Ordinal) + 3)..]) : [];
        var bases = type.GetInterfaces().Where(candidate => candidate.IsPublic).ToList();
        if (type is { IsClass: true, BaseType: { } baseType } && baseType != typeof(object))
        {
            bases.Add(baseType);
            bases.RemoveAll(candidate => candidate.IsAssignableFrom(baseType) && candidate != baseType);
        }

        if (type.IsEnum || typeof(Attribute).IsAssignableFrom(type) && type.BaseType != typeof(Attribute))
        {
            yield break;
        }

        foreach (var missing in bases.Select(Show).Where(name => !theirBases.Contains(name)))
        {
            if (!type.IsEnum)
            {
                yield return $"{NameOf(type)}: is a {missing}, which it is not in Orleans.";
            }
        }
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsEnum)
        {
            return [string.Join(", ", Enum.GetNames(type))];
        }

        var fields = type.GetFields(Declared).Where(field => Visible(field.IsPublic, field.IsFamily))
            .Select(field => $"{(field.IsStatic ? "static " : "")}{Show(field.FieldType)} {field.Name}");
        var constructors = type.GetConstructors(Declared)
            .Where(constructor => !constructor.IsStatic && Visible(constructor.IsPublic, constructor.IsFamily))
            .Select(constructor => $"{Protected(constructor)}ctor({Parameters(constructor)})");
        var properties = type.GetProperties(Declared).Select(Property).OfType<string>();
        var methods = type.GetMethods(Declared)
            .Where(method => !method.IsSpecialName && Visible(method.IsPublic, method.IsFamily)
                && method.GetBaseDefinition().DeclaringType != typeof(object))
            .Select(Method);
        return fields.Concat(constructors).Concat(properties).Concat(methods);
    }

    private static string? Property(PropertyInfo property)
    {
        var getter = property.GetMethod is { } get && Visible(get.IsPublic, get.IsFamily) ? get : null;
        var setter = property.SetMethod is { } set && Visible(set.IsPublic, set.IsFamily) ? set : null;
        return (getter ?? setter) is not { } accessor
            ? null
            : $"{Modifiers(accessor)}{Show(property.PropertyType)} {property.Name} "
                + $"{{ {(getter is null ? "" : "get; ")}{(setter is null ? "" : "set; ")}}}";
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(Show))}>"
            : "";
        return $"{Modifiers(method)}{Show(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Modifiers(MethodInfo method)
    {
        var isVirtual = method is { IsVirtual: true, IsFinal: false } && !method.DeclaringType!.IsInterface;
        return $"{(method.IsStatic ? "static " : "")}{Protected(method)}{(isVirtual ? "virtual " : "")}";
    }

    private static string Protected(MethodBase method) => method.IsFamily || method.IsFamilyOrAssembly ? "protected "
        : "";

    private static bool Visible(bool isPublic, bool isFamily) => isPublic || isFamily;

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        (parameter.ParameterType.IsByRef ? "ref " : "") + Show(parameter.ParameterType) + $" {parameter.Name}"
        + (parameter.HasDefaultValue ? " = default" : "")));

    private static string Show(Type type)
    {
        if (type.IsByRef)
        {
            return Show(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return $"{Show(type.GetElementType()!)}[]";
        }

        var arguments = type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(Show))}>" : "";
        var name = type.Name.Split('`')[0];
        var isPlain = type.IsGenericParameter
            || type.Namespace is "System" or "System.Threading" or "System.Threading.Tasks"
                or "System.Collections.Generic";
        return type.Namespace == "Sluice.Actors" ? $"{name}{arguments}"
            : isPlain ? $"{name}{arguments}"
            : $"{type.Namespace}.{name}{arguments}";
    }

    private static string KindOf(Type type) =>
        type.IsInterface ? "interface"
        : type.IsEnum ? "enum"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class"
        : "class";

    private static string NameOf(Type type) => Show(type);

    private static Dictionary<string, (string Head, HashSet<string> Members)> Read()
    {
        using var reader = File.OpenText(Path.Combine(RepositoryRoot.Path, "tests/Unit/Actors/orleans-api.txt"));
        var types = new Dictionary<string, (string Head, HashSet<string> Members)>();
        HashSet<string> members = [];
        while (reader.ReadLine() is { } line)
        {
            line = WithoutNamespaces(line);
            if (line.StartsWith(' '))
            {
                members.Add(line.Trim());
                continue;
            }

            members = [];
            var name = line.Split(" : ")[0];
            types.Add(name[(name.IndexOf(KindWord(name), StringComparison.Ordinal) + KindWord(name).Length)..],
                (line, members));
        }

        return types;
    }

    private static string KindWord(string head) =>
        KindWords.First(word => head.Contains(word, StringComparison.Ordinal));

    // Orleans spreads over several namespaces what stands in one here.
    private static string WithoutNamespaces(string line) => OrleansNamespace().Replace(line, "");

    [GeneratedRegex(@"\bOrleans\.(?:[A-Z]\w*\.)*(?=[A-Z])")]
    private static partial Regex OrleansNamespace();

    private static string[] Split(string bases)
    {
        var parts = new List<string>();
        var depth = 0;
        var start = 0;
        for (var i = 0; i < bases.Length; i++)
        {
            depth += bases[i] switch { '<' => 1, '>' => -1, _ => 0 };
            if (bases[i] == ',' && depth == 0)
            {
                parts.Add(bases[start..i].Trim());
                start = i + 1;
            }
        }

        return [.. parts, bases[start..].Trim()];
    }
}
