using System.Collections.Immutable;

namespace Sluice.Actors.Membership;

/// <summary>One silo as the table knows it. Equal when everything in it is.</summary>
public sealed record SiloEntry
{
    /// <summary>1 or more, from a sequence of the database: no two processes that ever joined have the same.</summary>
    public required long Id { get; init; }

    /// <inheritdoc cref="SiloCandidate" path="/param[@name='Name']"/>
    public required string Name { get; init; }

    /// <inheritdoc cref="SiloCandidate" path="/param[@name='Host']"/>
    public required string Host { get; init; }

    /// <inheritdoc cref="SiloCandidate" path="/param[@name='Port']"/>
    public required int Port { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required SiloStatus Status { get; init; }

    /// <summary>The types of grains that it can host, in ordinal order, each once.</summary>
    public required ImmutableArray<string> GrainTypes { get; init; }

    /// <inheritdoc cref="SiloCandidate" path="/param[@name='Protocol']"/>
    public required int Protocol { get; init; }

    /// <summary>The entry of a candidate that was given that identity.</summary>
    public static SiloEntry Of(SiloCandidate candidate, long id)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return new SiloEntry
        {
            Id = id,
            Name = candidate.Name,
            Host = candidate.Host,
            Port = candidate.Port,
            Status = SiloStatus.Active,
            GrainTypes = [.. candidate.GrainTypes.Distinct().Order(StringComparer.Ordinal)],
            Protocol = candidate.Protocol,
        };
    }

    public bool Equals(SiloEntry? other) =>
        other is not null
        && (Id, Name, Host, Port, Status, Protocol)
            == (other.Id, other.Name, other.Host, other.Port, other.Status, other.Protocol)
        && GrainTypes.AsSpan().SequenceEqual(other.GrainTypes.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Id, Status);

    public override string ToString() =>
        $"silo {Id} '{Name}' at {Host}:{Port}{(Status == SiloStatus.Active ? "" : $", {Status}")}";
}
