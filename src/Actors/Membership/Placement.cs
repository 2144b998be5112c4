using System.Globalization;

namespace Sluice.Actors.Membership;

/// <summary>
/// Which silo a grain belongs to: rendezvous hashing over the active silos that host its type. A silo that leaves moves
/// only its own grains, and one that joins takes only what becomes its own.
/// </summary>
internal static class Placement
{
    /// <summary>
    /// The type of the grains that belong to a given silo: the key is the silo's id in decimal.
    /// </summary>
    internal const string SiloGrainType = "sys.silo";

    /// <summary>
    /// The owner in that view; null when no active silo hosts the type. A <see cref="SiloGrainType"/> belongs to that
    /// silo while it is in the view, stopping or not. Called for every call of a grain: nothing is allocated.
    /// </summary>
    internal static SiloEntry? OwnerOf(GrainId grain, ClusterView view)
    {
        var type = grain.Type.ToString();
        if (type == SiloGrainType)
        {
            return SiloOf(grain.Key.ToString(), view);
        }

        if (view.Placement.Find(type) is not { } candidates)
        {
            return null;
        }

        var silos = candidates.Silos;
        return silos.Length == 1 ? silos[0] : silos[IndexOf(grain.Key.ToString(), candidates)];
    }

    /// <summary>The highest weight wins; of equal ones, the lowest id.</summary>
    private static int IndexOf(string key, PlacementMap.Candidates candidates)
    {
        var hash = PlacementHash.OfText(key, candidates.TypeHash);
        var (best, highest) = (0, 0ul);
        for (var i = 0; i < candidates.SiloHashes.Length; i++)
        {
            var weight = PlacementHash.Combine(hash, candidates.SiloHashes[i]);
            if (weight > highest)
            {
                (best, highest) = (i, weight);
            }
        }

        return best;
    }

    private static SiloEntry? SiloOf(string key, ClusterView view) =>
        long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? view.Find(id) : null;
}
