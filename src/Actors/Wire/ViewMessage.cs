using System.Collections.Immutable;
using Sluice.Actors.Codecs;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>A view on its way.</summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.View")]
internal sealed record ViewMessage
{
    [Id(0)] public required long Version { get; init; }

    [Id(1)] public required SiloMessage[] Silos { get; init; }

    internal static ViewMessage Of(ClusterView view) => new()
    {
        Version = view.Version,
        Silos = [.. view.Silos.Select(SiloMessage.Of)],
    };

    /// <exception cref="MalformedPayloadException">No view can be like that.</exception>
    internal ClusterView ToView()
    {
        try
        {
            return new ClusterView(Version, Silos.Select(silo => silo.ToEntry()));
        }
        catch (ArgumentException e)
        {
            throw new MalformedPayloadException($"A view that cannot be: {e.Message}");
        }
    }
}

/// <summary>A silo of a view on its way.</summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.Silo")]
internal sealed record SiloMessage
{
    [Id(0)] public required long Id { get; init; }

    [Id(1)] public required string Name { get; init; }

    [Id(2)] public required string Host { get; init; }

    [Id(3)] public required int Port { get; init; }

    [Id(4)] public required int Status { get; init; }

    [Id(5)] public required ImmutableArray<string> GrainTypes { get; init; }

    [Id(6)] public required int Protocol { get; init; }

    internal static SiloMessage Of(SiloEntry silo) => new()
    {
        Id = silo.Id, Name = silo.Name, Host = silo.Host, Port = silo.Port, Status = (int)silo.Status,
        GrainTypes = silo.GrainTypes, Protocol = silo.Protocol,
    };

    internal SiloEntry ToEntry() => new()
    {
        Id = Id, Name = Name ?? "", Host = Host ?? "", Port = Port, Status = (SiloStatus)Status,
        GrainTypes = GrainTypes.IsDefault ? [] : GrainTypes, Protocol = Protocol,
    };
}
