using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;

namespace Sluice.Silo.Configuration;

/// <summary>What <c>sluice.yaml</c> says, checked as a whole.</summary>
/// <param name="Path">The file; it owns what it names.</param>
/// <param name="Tenants">Its tenants.</param>
/// <param name="Plans">Its plans.</param>
/// <param name="Clients">Its clients; each names a tenant and a plan of this file.</param>
/// <param name="Pools">Its pools; empty when it leaves them to others.</param>
public sealed record SluiceFile(
    string Path,
    IReadOnlyList<TenantDefinition> Tenants,
    IReadOnlyList<PlanDefinition> Plans,
    IReadOnlyList<ClientDefinition> Clients,
    IReadOnlyList<PoolDefinition> Pools)
{
    /// <summary>Reads and checks the file.</summary>
    /// <exception cref="SluiceFileException">
    /// It cannot be used; the message names every mistake with its line.
    /// </exception>
    public static SluiceFile Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SluiceFileException([$"{path}: cannot be read: {exception.Message}"]);
        }

        var mistakes = new List<string>();
        var file = new SluiceFileReader(path, mistakes).Read(text);
        return mistakes.Count == 0 ? file! : throw new SluiceFileException(mistakes);
    }
}

/// <summary>A pool as the file names it; see the edge's settings for what each part means.</summary>
/// <param name="Name">Unique among the pools.</param>
/// <param name="Address">The server's address, without <c>/v1</c>.</param>
/// <param name="Models">Exact names of the models it serves.</param>
/// <param name="KeyFile">A file with the key that the pool wants; empty when it wants none.</param>
/// <param name="AskForUsage">False for a server that rejects <c>stream_options</c>.</param>
public sealed record PoolDefinition(
    string Name, string Address, IReadOnlyList<string> Models, string KeyFile, bool AskForUsage);

/// <summary>The configuration file cannot be used.</summary>
public sealed class SluiceFileException(IReadOnlyList<string> mistakes)
    : Exception(string.Join(Environment.NewLine, mistakes))
{
    /// <summary>Every mistake, each with its file and line.</summary>
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
