using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Sluice.Actors.Membership;

/// <summary>
/// What placement needs of one view, worked out once: for each type of grain the silos that may host it.
/// </summary>
internal sealed class PlacementMap
{
    private readonly FrozenDictionary<string, Candidates> _byType;

    internal PlacementMap(ImmutableArray<SiloEntry> silos) =>
        _byType = (
            from silo in silos
            where silo.Status == SiloStatus.Active
            from type in silo.GrainTypes
            group silo by type into hosts
            select hosts).ToFrozenDictionary(hosts => hosts.Key, hosts => new Candidates(hosts.Key, [.. hosts]));

    /// <summary>Null when no silo may host grains of that type.</summary>
    internal Candidates? Find(string type) => _byType.TryGetValue(type, out var found) ? found : null;

    /// <summary>The silos that may host grains of one type; at least one.</summary>
    internal sealed class Candidates
    {
        internal Candidates(string type, SiloEntry[] silos)
        {
            TypeHash = PlacementHash.OfText(type, 0);
            Silos = silos;
            SiloHashes = [.. silos.Select(silo => PlacementHash.OfNumber(silo.Id))];
        }

        internal ulong TypeHash { get; }

        /// <summary>By id.</summary>
        internal SiloEntry[] Silos { get; }

        /// <summary>One for each silo.</summary>
        internal ulong[] SiloHashes { get; }
    }
}
