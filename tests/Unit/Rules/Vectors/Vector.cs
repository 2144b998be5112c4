using System.Text.Json;
using Sluice.Testing;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>One published history and the answers it must get.</summary>
/// <param name="Id">Unique among all vectors.</param>
/// <param name="Family">Which part of the rules it is about.</param>
/// <param name="Conformance">Who must match it: ours, or an option that is built, or another project.</param>
/// <param name="Params">The limits under which it is played.</param>
/// <param name="Steps">What happens, in order.</param>
internal sealed record Vector(
    string Id, string Family, string Conformance, JsonElement Params, IReadOnlyList<JsonElement> Steps)
{
    /// <summary>Every vector by id, from the folder in <c>SLUICE_VECTORS</c> or from beside this file.</summary>
    public static IReadOnlyDictionary<string, Vector> All { get; } = ReadAll();

    /// <summary>The rules have every option that vectors tell of.</summary>
    public bool IsOurs => Conformance is "ours" or "option";

    public static long Number(JsonElement of, string name) => of.GetProperty(name).GetInt64();

    public static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    public static TimeSpan Time(JsonElement of, string name) => TimeSpan.FromMilliseconds(Number(of, name));

    private static Dictionary<string, Vector> ReadAll()
    {
        var folder = Environment.GetEnvironmentVariable("SLUICE_VECTORS")
            ?? Path.Combine(RepositoryRoot.Path, "tests", "Unit", "Rules", "Vectors");
        var vectors =
            from file in Directory.GetFiles(folder, "*.json")
            let root = JsonDocument.Parse(File.ReadAllBytes(file)).RootElement
            from vector in root.GetProperty("vectors").EnumerateArray()
            select new Vector(
                Text(vector, "id"),
                Text(vector, "family"),
                Text(vector, "conformance"),
                vector.GetProperty("params"),
                [.. vector.GetProperty("steps").EnumerateArray()]);
        return vectors.ToDictionary(vector => vector.Id);
    }
}
