using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Standalone;

/// <summary>What someone needs to begin: addresses and two keys. Only the owner may read the file.</summary>
internal sealed record Quickstart(
    [property: JsonPropertyName("edge")] string Edge,
    [property: JsonPropertyName("admin")] string Admin,
    [property: JsonPropertyName("apiKey")] string ApiKey,
    [property: JsonPropertyName("adminKey")] string AdminKey)
{
    /// <summary>The file of an earlier start; null when there is none that can be read.</summary>
    public static Quickstart? Load(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), QuickstartJson.Default.Quickstart);
        }
        catch (JsonException)
        {
            return null; // Cut short by a crash, or edited: new keys are issued and it is written anew.
        }
    }

    /// <summary>Whole or not at all: written beside, then moved into place.</summary>
    public void Save(string path)
    {
        var beside = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        File.Delete(beside); // A leftover would keep its own mode.
        using (var file = new FileStream(beside, options))
        {
            JsonSerializer.Serialize(file, this, QuickstartJson.Default.Quickstart);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Never the keys.</summary>
    public override string ToString() => $"Quickstart {{ {Edge}, {Admin} }}";
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(Quickstart))]
internal sealed partial class QuickstartJson : JsonSerializerContext;
